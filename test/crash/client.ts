/** Calls the server through its crashes. Whatever has no answer is an unknown outcome: it is written down as such, never taken for a failure. */
import { Agent, request as httpRequest } from 'node:http';

import { History } from './history.js';
import { ServerGone } from './server.js';

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly position: string;
}

export interface PolledTask {
  readonly taskId: string;
  readonly workflowInstanceId: string;
  readonly taskDefName: string;
  readonly referenceTaskName: string;
  readonly retryCount: number;
  readonly workerId?: string;
  readonly inputData: Readonly<Record<string, unknown>>;
}

export interface TaskResult {
  readonly status: 'COMPLETED' | 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR';
  readonly token: string;
  readonly outputData?: Readonly<Record<string, unknown>>;
}

/** A frozen process answers late, a lost request never. */
const answerMs = 30_000;

/** No answer. `isSent` is false when the request certainly did not reach the server. */
class NoAnswer extends Error {
  constructor(
    readonly isSent: boolean,
    cause: unknown,
  ) {
    super('no answer', { cause });
  }
}

/** Where the server is now. */
export interface Reachable {
  readonly port: number;
  /** Resolves when some process serves; rejects with `ServerGone` when there will be none any more. */
  up(): Promise<void>;
}

export class Client {
  readonly history = new History();
  private isClosed = false;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(private readonly server: Reachable) {}

  /** Until it is acknowledged, or its outcome is unknown: then nobody may send it again. */
  async start(name: string, key: string, input: object = {}): Promise<string | undefined> {
    for (;;) {
      await this.server.up();
      try {
        const { body: workflowId, position } = await this.once('POST', '/workflow', { name, input: { ...input, key } });
        this.history.starts.push({ key, name, workflowId, position });
        return workflowId;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (!error.isSent) continue;
        this.history.unknownStarts.add(key);
        return undefined;
      }
    }
  }

  /** Until it is acknowledged: a second result for one attempt is refused by the server. */
  async update(task: PolledTask, { status, token, outputData = {} }: TaskResult): Promise<void> {
    const { taskId, workflowInstanceId, workerId } = task;
    const result = { taskId, workflowInstanceId, workerId, status, outputData: { token, ...outputData } };
    const { position } = await this.call('POST', '/tasks', result, () => (this.history.unknownUpdates += 1));
    this.history.updates.push({ taskId, workflowId: workflowInstanceId, status, token, position });
  }

  async poll(type: string, workerId: string, count: number): Promise<readonly PolledTask[]> {
    const { body } = await this.call(
      'GET',
      `/tasks/poll/batch/${type}?workerid=${workerId}&count=${count}&timeout=1000`,
    );
    const tasks = JSON.parse(body) as readonly PolledTask[];
    for (const { taskId, workflowInstanceId: workflowId } of tasks)
      this.history.polled.push({ taskId, workflowId, workerId });
    return tasks;
  }

  /** For calls that may be repeated: tried until there is an answer. */
  async call(method: string, path: string, body?: unknown, onUnknown: () => void = () => undefined): Promise<Reply> {
    for (;;) {
      await this.server.up();
      if (this.isClosed) throw new ServerGone();
      try {
        return await this.once(method, path, body);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (error.isSent) onUnknown();
      }
    }
  }

  /** Whoever still waits for an answer ends as if the server were gone. */
  close(): void {
    this.isClosed = true;
    this.agent.destroy();
  }

  private once(method: string, path: string, body?: unknown): Promise<Reply> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          agent: this.agent,
          host: '127.0.0.1',
          port: this.server.port,
          method,
          path: path.startsWith('/metrics') ? path : `/api${path}`,
          headers: payload === undefined ? {} : { 'content-type': 'application/json' },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.once('error', (error) => reject(new NoAnswer(true, error)));
          response.once('close', () => reject(new NoAnswer(true, 'cut in the middle')));
          response.once('end', () => {
            const { statusCode: status = 0, headers } = response;
            if (status === 503) reject(new NoAnswer(true, text));
            else if (status >= 300) reject(new Error(`${method} ${path} answered ${status}: ${text}`));
            else resolve({ status, body: text, position: String(headers['x-dacapo-position'] ?? '') });
          });
        },
      );
      request.setTimeout(answerMs, () => request.destroy(new Error('no answer in time')));
      request.once('error', (error: NodeJS.ErrnoException) =>
        reject(new NoAnswer(error.code !== 'ECONNREFUSED', error)),
      );
      request.end(payload);
    });
  }
}

/** A loop that goes on through crashes and ends with the server. */
export async function untilGone(body: () => Promise<void>): Promise<void> {
  try {
    for (;;) await body();
  } catch (error) {
    if (!(error instanceof ServerGone)) throw error;
  }
}

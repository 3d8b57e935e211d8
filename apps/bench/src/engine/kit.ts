/** What the engine's benchmarks share: definitions in few words, callers, and figures. */
import { HttpConnection } from '../http-connection.js';

export type Task = Readonly<Record<string, unknown>>;

export const task = (type: string, reference: string, fields: Task = {}): Task => ({
  name: reference,
  taskReferenceName: reference,
  type,
  ...fields,
});

export const worker = (reference: string, name: string, fields: Task = {}): Task =>
  task('SIMPLE', reference, { name, ...fields });

export interface PolledTask {
  readonly taskId: string;
  readonly workflowInstanceId: string;
}

/** One caller: a connection that sends one request at a time. */
export class Caller {
  private constructor(private readonly connection: HttpConnection) {}

  static async open(base: URL): Promise<Caller> {
    return new Caller(await HttpConnection.open(base));
  }

  async define(name: string, tasks: readonly Task[], taskDefs: readonly string[] = []): Promise<void> {
    const defs = taskDefs.map((each) => ({ name: each, retryCount: 0, responseTimeoutSeconds: 600 }));
    if (defs.length > 0) await this.ask('POST', '/api/metadata/taskdefs', defs);
    await this.ask('PUT', '/api/metadata/workflow', [{ name, version: 1, schemaVersion: 2, tasks }]);
  }

  start(name: string, input: object = {}): Promise<string> {
    return this.ask('POST', '/api/workflow', { name, version: 1, input });
  }

  async poll(type: string, count = 1): Promise<readonly PolledTask[]> {
    const path = `/api/tasks/poll/batch/${type}?workerid=bench&count=${count}&timeout=2000`;
    return JSON.parse((await this.connection.request('GET', path)).body) as readonly PolledTask[];
  }

  async complete({ taskId, workflowInstanceId }: PolledTask): Promise<void> {
    await this.ask('POST', '/api/tasks', { workflowInstanceId, taskId, workerId: 'bench', status: 'COMPLETED' });
  }

  async status(workflowId: string): Promise<string> {
    const reply = await this.connection.request('GET', `/api/workflow/${workflowId}/status`);
    return (JSON.parse(reply.body) as { readonly status: string }).status;
  }

  close(): void {
    this.connection.close();
  }

  private async ask(method: 'POST' | 'PUT', path: string, body: unknown): Promise<string> {
    const reply = await this.connection.request(method, path, JSON.stringify(body));
    if (reply.status !== 200) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.body}`);
    return reply.body;
  }
}

/** Milliseconds until the workflow has left RUNNING, looked at every few milliseconds. */
export async function untilEnded(caller: Caller, workflowId: string): Promise<number> {
  const begin = performance.now();
  while ((await caller.status(workflowId)) === 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 5));
  return performance.now() - begin;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** `--demo`: the order example over the public API, as a newcomer's own program would use it. Prints every event and ends with the proof. */
import {
  eventLine,
  orderInput,
  orderTaskDefs,
  orderTypes,
  orderWorkers,
  orderWorkflowDef,
  type WorkerTask,
} from '@dacapo/examples';

import type { Embedded } from './embedded.js';

interface PolledTask extends WorkerTask {
  readonly taskId: string;
  readonly workflowInstanceId: string;
}

interface HistoryEvent {
  readonly seq: number;
  readonly type: string;
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

const ends = new Set(['WorkflowCompleted', 'WorkflowFailed', 'WorkflowTimedOut', 'WorkflowTerminated']);

export async function runDemo(embedded: Embedded, url: string): Promise<void> {
  const api = client(`${url}/api`);
  await api.post('/metadata/taskdefs', orderTaskDefs('poll'));
  await api.put('/metadata/workflow', [orderWorkflowDef]);
  const stop = new AbortController();
  const workers = orderTypes.map((type) => work(api, type, stop.signal));
  const workflowId = await api.post('/workflow', { name: 'order', input: orderInput('o-1') });
  process.stdout.write(`Order ${workflowId}\n`);
  await printEvents(api, workflowId);
  stop.abort();
  await Promise.all(workers);
  const { status, output } = JSON.parse(await api.get(`/workflow/${workflowId}`)) as {
    status: string;
    output: unknown;
  };
  const report = await embedded.verify(workflowId);
  process.stdout.write(`Order ${workflowId} is ${status}: ${JSON.stringify(output)}\n`);
  process.stdout.write(
    `verify: ${report?.valid ? 'valid' : 'NOT VALID'}, ${report?.events} events, ${report?.replayed} decisions replayed\n`,
  );
}

/** A worker: long poll, do, report. */
async function work(api: Client, type: (typeof orderTypes)[number], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const tasks = JSON.parse(
      await api.get(`/tasks/poll/batch/${type}?workerid=demo&count=1&timeout=500`),
    ) as readonly PolledTask[];
    for (const task of tasks) {
      const { taskId, workflowInstanceId } = task;
      await api.post('/tasks', { taskId, workflowInstanceId, workerId: 'demo', ...orderWorkers[type](task) });
    }
  }
}

async function printEvents(api: Client, workflowId: string): Promise<void> {
  const references = new Map<unknown, string>();
  for (let from = 1; ;) {
    const events = JSON.parse(await api.get(`/workflow/${workflowId}/events?from=${from}`)) as readonly HistoryEvent[];
    for (const event of events) {
      const { taskId, referenceTaskName } = event.data;
      if (typeof referenceTaskName === 'string') references.set(taskId, referenceTaskName);
      process.stdout.write(`${eventLine(event, references.get(taskId))}\n`);
      if (ends.has(event.type)) return;
    }
    from += events.length;
    if (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Client {
  get(path: string): Promise<string>;
  post(path: string, body: unknown): Promise<string>;
  put(path: string, body: unknown): Promise<string>;
}

function client(base: string): Client {
  const call = async (method: string, path: string, body?: unknown): Promise<string> => {
    const init =
      body === undefined
        ? { method }
        : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(base + path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text;
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
  };
}

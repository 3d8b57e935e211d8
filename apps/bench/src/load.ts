/** Callers that each start a workflow and then do worker's work, step by step, over one connection: the whole of what a user's programs do. */
import { HttpConnection } from './http-connection.js';
import { Pace } from './pace.js';

export interface LoadOptions {
  readonly base: URL;
  readonly concurrency: number;
  readonly seconds: number;
  readonly steps: number;
  /** Starts in all; as many as the callers can, by default. */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly workflows: number;
  readonly seconds: number;
  /** Milliseconds from sending the start to the acknowledged last result, sorted. */
  readonly latencies: Float64Array;
}

const definitionName = (steps: number): string => `bench_${steps}`;
const stepName = (step: number): string => `bench_step_${step}`;

export async function register(base: URL, steps: number): Promise<void> {
  const connection = await HttpConnection.open(base);
  const names = Array.from({ length: steps }, (_, step) => stepName(step));
  const taskDefs = names.map((name) => ({ name, retryCount: 0, responseTimeoutSeconds: 600 }));
  await expectOk(connection, 'POST', '/api/metadata/taskdefs', taskDefs);
  const tasks = names.map((name) => ({
    name,
    taskReferenceName: name,
    type: 'SIMPLE',
    inputParameters: { order: '${workflow.input.order}' },
  }));
  await expectOk(connection, 'PUT', '/api/metadata/workflow', [
    { name: definitionName(steps), version: 1, schemaVersion: 2, tasks },
  ]);
  connection.close();
}

async function expectOk(
  connection: HttpConnection,
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
): Promise<string> {
  const reply = await connection.request(method, path, JSON.stringify(body));
  if (reply.status !== 200) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.body}`);
  return reply.body;
}

export async function runLoad({ base, concurrency, seconds, steps, perSecond }: LoadOptions): Promise<LoadResult> {
  const started = new Map<string, number>();
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const connections = await Promise.all(Array.from({ length: concurrency }, () => HttpConnection.open(base)));
  const pace = perSecond === undefined ? undefined : new Pace(perSecond);
  const startBody = JSON.stringify({
    name: definitionName(steps),
    version: 1,
    input: { order: { id: 4711, items: ['score', 'baton'], cents: 4200 } },
  });

  const step = async (connection: HttpConnection, type: string, isLast: boolean): Promise<void> => {
    const polled = await connection.request('GET', `/api/tasks/poll/batch/${type}?workerid=bench&count=1&timeout=2000`);
    const [task] = JSON.parse(polled.body) as readonly {
      readonly taskId: string;
      readonly workflowInstanceId: string;
    }[];
    if (task === undefined) return step(connection, type, isLast);
    const { taskId, workflowInstanceId } = task;
    const result = `{"workflowInstanceId":"${workflowInstanceId}","taskId":"${taskId}","workerId":"bench","status":"COMPLETED","outputData":{"done":true}}`;
    const reply = await connection.request('POST', '/api/tasks', result);
    if (reply.status !== 200) throw new Error(`a result was answered ${reply.status}: ${reply.body}`);
    if (!isLast) return;
    latencies.push(performance.now() - (started.get(workflowInstanceId) ?? Number.NaN));
    started.delete(workflowInstanceId);
  };

  const caller = async (connection: HttpConnection): Promise<void> => {
    while (performance.now() < end) {
      await pace?.turn();
      const before = performance.now();
      const reply = await connection.request('POST', '/api/workflow', startBody);
      if (reply.status !== 200) throw new Error(`a start was answered ${reply.status}: ${reply.body}`);
      started.set(reply.body, before);
      for (let index = 0; index < steps; index++) await step(connection, stepName(index), index === steps - 1);
    }
  };

  await Promise.all(connections.map(caller));
  const took = (performance.now() - begin) / 1000;
  for (const connection of connections) connection.close();
  return { workflows: latencies.length, seconds: took, latencies: Float64Array.from(latencies).sort() };
}

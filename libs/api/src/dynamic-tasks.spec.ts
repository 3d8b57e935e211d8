/** Tasks that come into being at run time, as workers and readers see them. */
import 'reflect-metadata';

import { type Caller, callerOf } from './testing/call.js';
import { workflowDef } from './testing/definitions.js';
import { startTestServer, type TestServer } from './testing/test-server.js';

interface Task {
  readonly taskId: string;
  readonly workflowInstanceId: string;
  readonly referenceTaskName: string;
  readonly workflowTask: Record<string, unknown>;
}

let server: TestServer;
let call: Caller;

beforeAll(async () => {
  server = await startTestServer();
  call = callerOf(server.app);
  await call('POST', '/api/metadata/taskdefs', {
    body: [{ name: 'paint', retryCount: 0, inputTemplate: { colour: 'red' } }],
  });
});

afterAll(async () => {
  const { errors } = server;
  await server.close();
  expect(errors).toEqual([]);
});

/** A worker that asks until it has so many. */
async function poll(type: string, count: number): Promise<readonly Task[]> {
  const got: Task[] = [];
  while (got.length < count) {
    const { json } = await call('GET', `/api/tasks/poll/batch/${type}?count=${count}&timeout=1000&workerid=w`);
    got.push(...(json as Task[]));
  }
  return got;
}

async function complete({ taskId, workflowInstanceId }: Task, outputData: object): Promise<void> {
  await call('POST', '/api/tasks', { body: { taskId, workflowInstanceId, status: 'COMPLETED', outputData } });
}

it('a DYNAMIC task is handed to the workers of its name', async () => {
  const task = {
    name: 'any',
    taskReferenceName: 'd',
    type: 'DYNAMIC',
    dynamicTaskNameParam: 'worker',
    inputParameters: { worker: '${workflow.input.worker}' },
  };
  await call('POST', '/api/metadata/workflow', { body: workflowDef('dynamic', [task]) });
  const { text: id } = await call('POST', '/api/workflow', { body: { name: 'dynamic', input: { worker: 'paint' } } });
  const [polled] = await poll('paint', 1);
  expect(polled).toMatchObject({
    taskType: 'paint',
    taskDefName: 'paint',
    inputData: { worker: 'paint', colour: 'red' },
    workflowTask: { name: 'paint', taskReferenceName: 'd', type: 'DYNAMIC' },
    taskDefinition: { name: 'paint' },
  });
  await complete(polled!, { done: true });
  expect((await call('GET', `/api/workflow/${id}`)).json).toMatchObject({
    status: 'COMPLETED',
    output: { done: true },
  });
});

it('the branches of a dynamic fork show the tasks that they were made from', async () => {
  const fork = {
    name: 'f',
    taskReferenceName: 'f',
    type: 'FORK_JOIN_DYNAMIC',
    inputParameters: { forkTaskInputs: '${workflow.input.list}', forkTaskName: 'paint' },
  };
  const join = { name: 'j', taskReferenceName: 'j', type: 'JOIN' };
  await call('POST', '/api/metadata/workflow', { body: workflowDef('fork', [fork, join]) });
  const { text: id } = await call('POST', '/api/workflow', { body: { name: 'fork', input: { list: [1, { x: 2 }] } } });
  const polled = await poll('paint', 2);
  expect(polled.map(({ workflowTask }) => workflowTask)).toMatchObject([
    { name: 'paint', taskReferenceName: '_paint_0', taskDefinition: { name: 'paint' } },
    { name: 'paint', taskReferenceName: '_paint_1' },
  ]);
  for (const task of polled) await complete(task, { by: task.referenceTaskName });
  const { json } = await call('GET', `/api/workflow/${id}?includeTasks=true`);
  const { tasks, ...workflow } = json as { readonly tasks: readonly Task[] };
  expect(workflow).toMatchObject({
    status: 'COMPLETED',
    output: { _paint_0: { by: '_paint_0' }, _paint_1: { by: '_paint_1' } },
  });
  expect(tasks.map(({ referenceTaskName }) => referenceTaskName)).toEqual(['f', '_paint_0', '_paint_1', 'j']);
  expect(tasks[0]).toMatchObject({
    taskType: 'FORK',
    workflowTask: { type: 'FORK_JOIN_DYNAMIC' },
    inputData: { forkedTasks: ['_paint_0', '_paint_1'] },
  });
  expect(tasks[2]?.workflowTask).toMatchObject({ inputParameters: { x: 2, __index: 1 }, optional: false });
});

import 'reflect-metadata';

import { type Caller, callerOf } from './testing/call.js';
import { simpleTask, taskDef, workflowDef } from './testing/definitions.js';
import { startTestServer, type TestServer } from './testing/test-server.js';

let server: TestServer;
let call: Caller;

beforeAll(async () => {
  server = await startTestServer();
  call = callerOf(server.app);
  await call('POST', '/api/metadata/taskdefs', { body: [taskDef('pay'), taskDef('ship')] });
  const tasks = [simpleTask('pay', { inputParameters: { sum: '${workflow.input.sum}' } }), simpleTask('ship')];
  await call('POST', '/api/metadata/workflow', {
    body: workflowDef('order', tasks, { outputParameters: { tracking: '${ship_ref.output.tracking}' } }),
  });
});

afterAll(async () => {
  const { errors } = server;
  await server.close();
  expect(errors).toEqual([]);
});

async function start(name = 'order', request: object = {}): Promise<string> {
  const reply = await call('POST', '/api/workflow', { body: { name, ...request } });
  expect(reply).toMatchObject({ status: 200 });
  return reply.text;
}

async function pollOne(type: string, query = ''): Promise<any> {
  // eslint-disable-line typescript/no-explicit-any
  const reply = await call('GET', `/api/tasks/poll/batch/${type}?workerid=w1&count=1&timeout=2000${query}`);
  expect(reply.status).toBe(200);
  return reply.json[0];
}

describe('a workflow from start to end', () => {
  it('is started, worked by two workers and read', async () => {
    const id = await start('order', { input: { sum: 5, nothing: null }, correlationId: 'c1', priority: 7 });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const pay = await pollOne('pay');
    expect(pay).toMatchObject({
      workflowInstanceId: id,
      taskDefName: 'pay',
      referenceTaskName: 'pay_ref',
      status: 'IN_PROGRESS',
      inputData: { sum: 5 },
      workerId: 'w1',
      pollCount: 1,
      correlationId: 'c1',
      workflowPriority: 7,
      callbackFromWorker: true,
      responseTimeoutSeconds: 60,
      workflowTask: { name: 'pay', taskReferenceName: 'pay_ref', type: 'SIMPLE', taskDefinition: { name: 'pay' } },
      taskDefinition: { name: 'pay', retryCount: 0 },
    });
    const done = {
      workflowInstanceId: id,
      taskId: pay.taskId,
      status: 'COMPLETED',
      workerId: 'w1',
      outputData: { a: 1 },
    };
    const updated = await call('POST', '/api/tasks', { body: done });
    expect(updated).toMatchObject({ status: 200, text: pay.taskId });
    expect(updated.headers['content-type']).toMatch(/^text\/plain/);
    expect(updated.headers['x-dacapo-position']).toMatch(/^\d+:\d+$/);
    const ship = await pollOne('ship');
    await call('POST', '/api/tasks', {
      body: { workflowInstanceId: id, taskId: ship.taskId, status: 'COMPLETED', outputData: { tracking: 'T1' } },
    });
    const read = await call('GET', `/api/workflow/${id}`);
    expect(read.json).toMatchObject({
      workflowId: id,
      status: 'COMPLETED',
      workflowName: 'order',
      workflowVersion: 1,
      input: { sum: 5, nothing: null },
      output: { tracking: 'T1' },
      priority: 7,
      tasks: [
        { status: 'COMPLETED', executed: true, retried: false, outputData: { a: 1 }, seq: 1 },
        { status: 'COMPLETED', executed: true, workflowTask: { taskReferenceName: 'ship_ref' } },
      ],
      workflowDefinition: { name: 'order', tasks: [{ taskDefinition: { name: 'pay' } }, {}] },
    });
    expect(read.text).not.toContain('"reasonForIncompletion"');
  });
});

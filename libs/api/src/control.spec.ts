import 'reflect-metadata';

import { type Caller, callerOf, type Reply } from './testing/call.js';
import { simpleTask, taskDef, workflowDef } from './testing/definitions.js';
import { startTestServer, type TestServer } from './testing/test-server.js';

let server: TestServer;
let call: Caller;

beforeAll(async () => {
  server = await startTestServer();
  call = callerOf(server.app);
  await call('POST', '/api/metadata/taskdefs', { body: [taskDef('pay'), taskDef('ship')] });
  await call('POST', '/api/metadata/workflow', { body: workflowDef('order', [simpleTask('pay'), simpleTask('ship')]) });
});

afterAll(async () => {
  const { errors } = server;
  await server.close();
  expect(errors).toEqual([]);
});

async function start(name = 'order'): Promise<string> {
  const reply = await call('POST', '/api/workflow', { body: { name, input: { n: 1 } } });
  expect(reply).toMatchObject({ status: 200 });
  return reply.text;
}

async function end(id: string, reference: string, status: string, output: object = {}): Promise<void> {
  const reply = await call('POST', `/api/tasks/${id}/${reference}/${status}`, { body: output });
  expect(reply.status).toBe(200);
}

async function read(id: string): Promise<Pick<Reply, 'status' | 'json'>> {
  const { status, json } = await call('GET', `/api/workflow/${id}`);
  return { status, json };
}

const referencesOf = (json: { tasks: { referenceTaskName: string; status: string }[] }): readonly string[] =>
  json.tasks.map(({ referenceTaskName, status }) => `${referenceTaskName} ${status}`);

describe('an operator', () => {
  it('restarts an ended workflow, A18', async () => {
    const id = await start();
    expect(await call('POST', `/api/workflow/${id}/restart`)).toMatchObject({ status: 409 });
    await end(id, 'pay_ref', 'FAILED_WITH_TERMINAL_ERROR');
    expect(await call('POST', `/api/workflow/${id}/restart`)).toMatchObject({ status: 204, text: '' });
    const { json } = await read(id);
    expect(json).toMatchObject({ status: 'RUNNING', input: { n: 1 }, workflowId: id });
    expect(referencesOf(json)).toEqual(['pay_ref SCHEDULED']);
  });

  it('restarts it on the latest definition', async () => {
    await call('POST', '/api/metadata/workflow', { body: workflowDef('changing', [simpleTask('pay')]) });
    const id = await start('changing');
    await end(id, 'pay_ref', 'COMPLETED');
    await call('PUT', '/api/metadata/workflow', { body: [workflowDef('changing', [simpleTask('ship')])] });
    expect(await call('POST', `/api/workflow/${id}/restart?useLatestDefinitions=true`)).toMatchObject({ status: 204 });
    expect(referencesOf((await read(id)).json)).toEqual(['ship_ref SCHEDULED']);
  });

  it('reruns from a task with another input, A19', async () => {
    const id = await start();
    await end(id, 'pay_ref', 'COMPLETED', { receipt: 1 });
    await end(id, 'ship_ref', 'COMPLETED');
    const [pay] = (await read(id)).json.tasks;
    const body = { reRunFromTaskId: pay.taskId, taskInput: { sum: 7 } };
    expect(await call('POST', `/api/workflow/${id}/rerun`, { body })).toMatchObject({ status: 200, text: id });
    const { json } = await read(id);
    expect(json.status).toBe('RUNNING');
    expect(referencesOf(json)).toEqual(['pay_ref SCHEDULED']);
    expect(json.tasks[0].inputData).toMatchObject({ sum: 7 });
    expect(await call('POST', `/api/workflow/${id}/rerun`, { body })).toMatchObject({ status: 409 });
  });

  it('is told what is wrong with a rerun', async () => {
    const id = await start();
    await end(id, 'pay_ref', 'FAILED_WITH_TERMINAL_ERROR');
    const rerun = (body: unknown) => call('POST', `/api/workflow/${id}/rerun`, { body });
    expect(await rerun({ reRunFromTaskId: 'nobody' })).toMatchObject({
      status: 400,
      json: { message: 'Task nobody not found' },
    });
    expect(await rerun(null)).toMatchObject({
      status: 400,
      json: { validationErrors: [{ message: 'RerunWorkflowRequest cannot be null.' }] },
    });
    expect(await rerun({ taskInput: 5 })).toMatchObject({ status: 400 });
    expect(await call('POST', '/api/workflow/nobody/rerun', { body: {} })).toMatchObject({ status: 404 });
  });

  it('skips a task that has not been reached', async () => {
    const id = await start();
    const skip = (reference: string, body?: object) =>
      call('PUT', `/api/workflow/${id}/skiptask/${reference}`, body === undefined ? {} : { body });
    expect(await skip('ship_ref', { taskOutput: { tracking: 't' } })).toMatchObject({ status: 200 });
    expect(await skip('ship_ref')).toMatchObject({ status: 409 });
    expect(await skip('nothing')).toMatchObject({ status: 404 });
    await end(id, 'pay_ref', 'COMPLETED');
    const { json } = await read(id);
    expect(json.status).toBe('COMPLETED');
    expect(referencesOf(json)).toEqual(['pay_ref COMPLETED', 'ship_ref SKIPPED']);
  });

  it('jumps, sets variables and resets callbacks', async () => {
    const id = await start();
    const variables = await call('POST', `/api/workflow/${id}/variables`, { body: { stage: 'late' } });
    expect(variables).toMatchObject({ status: 200, json: { variables: { stage: 'late' }, workflowId: id } });
    expect(await call('POST', `/api/workflow/${id}/jump/ship_ref`, { body: { fast: true } })).toMatchObject({
      status: 200,
    });
    expect(referencesOf((await read(id)).json)).toEqual(['pay_ref CANCELED', 'ship_ref SCHEDULED']);
    expect(await call('POST', `/api/workflow/${id}/resetcallbacks`)).toMatchObject({ status: 204 });
    expect(await call('PUT', `/api/workflow/decide/${id}`)).toMatchObject({ status: 200 });
    expect(await call('PUT', '/api/workflow/decide/nobody')).toMatchObject({ status: 404 });
  });

  it('removes a workflow from every view', async () => {
    const id = await start();
    expect(await call('DELETE', `/api/workflow/${id}/remove`)).toMatchObject({
      status: 400,
      json: { message: `Cannot archive workflow: ${id} with status: RUNNING` },
    });
    expect(await call('DELETE', `/api/workflow/${id}/terminate-remove?archiveWorkflow=false`)).toMatchObject({
      status: 200,
    });
    expect((await read(id)).status).toBe(404);
    await server.projected();
    expect((await read(id)).status).toBe(404);
    expect((await call('GET', `/api/workflow/search?query=workflowId='${id}'`)).json.totalHits).toBe(0);
    expect(await call('DELETE', '/api/workflow/nobody/remove')).toMatchObject({ status: 404 });
  });
});

describe('bulk operations, A23', () => {
  it('do what they can and say what they cannot', async () => {
    const [a, b] = [await start(), await start()];
    expect((await call('PUT', '/api/workflow/bulk/pause', { body: [a, b, 'nobody'] })).json).toEqual({
      bulkErrorResults: { nobody: 'No such workflow found by id: nobody' },
      bulkSuccessfulResults: [a, b],
    });
    expect((await call('PUT', '/api/workflow/bulk/resume', { body: [a, b] })).json.bulkSuccessfulResults).toEqual([
      a,
      b,
    ]);
    const terminated = await call('POST', '/api/workflow/bulk/terminate?reason=enough', { body: [a, b] });
    expect(terminated.json).toEqual({ bulkErrorResults: {}, bulkSuccessfulResults: [a, b] });
    expect((await read(a)).json).toMatchObject({ status: 'TERMINATED', reasonForIncompletion: 'enough' });
    expect((await call('POST', '/api/workflow/bulk/retry', { body: [a] })).json.bulkSuccessfulResults).toEqual([a]);
    expect((await call('POST', '/api/workflow/bulk/restart', { body: [a, b] })).json.bulkSuccessfulResults).toEqual([
      b,
    ]);
    await call('DELETE', '/api/workflow/bulk/terminate-remove', { body: [a, b] });
    expect((await call('DELETE', '/api/workflow/bulk/remove', { body: [a] })).json.bulkSuccessfulResults).toEqual([]);
  });

  it('are refused as a whole when the list is no list of ids', async () => {
    const pause = (body: unknown) => call('PUT', '/api/workflow/bulk/pause', { body });
    expect(await pause([])).toMatchObject({
      status: 400,
      json: { validationErrors: [{ message: 'WorkflowIds list cannot be null.' }] },
    });
    const many = Array.from({ length: 1001 }, (_, i) => `w${i}`);
    expect((await pause(many)).json.validationErrors[0].message).toBe(
      'Cannot process more than 1000 workflows. Please use multiple requests.',
    );
    for (const body of [{}, 'x', [5], [null], ['']]) expect(await pause(body)).toMatchObject({ status: 400 });
  });
});

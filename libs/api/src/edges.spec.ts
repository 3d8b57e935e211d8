/** What surrounds a task, through the doors: schemas, domains, changes of status. */
import 'reflect-metadata';

import { type Caller, callerOf, type Reply } from './testing/call.js';
import { simpleTask, taskDef, workflowDef } from './testing/definitions.js';
import { startTestServer, type TestServer } from './testing/test-server.js';

let server: TestServer;
let call: Caller;

beforeAll(async () => {
  server = await startTestServer();
  call = callerOf(server.app);
});

afterAll(async () => {
  const { errors } = server;
  await server.close();
  expect(errors).toEqual([]);
});

const schema = (data: object): object => ({ name: 'shape', type: 'JSON', data });

async function define(
  name: string,
  tasks: readonly object[],
  more: object = {},
  taskDefs: readonly object[] = [],
): Promise<void> {
  if (taskDefs.length > 0) await call('POST', '/api/metadata/taskdefs', { body: taskDefs });
  expect((await call('POST', '/api/metadata/workflow', { body: workflowDef(name, tasks, more) })).text).toBe('');
}

async function polled(type: string, query = ''): Promise<readonly Reply['json'][]> {
  return (await call('GET', `/api/tasks/poll/batch/${type}?workerid=w&count=5&timeout=0${query}`)).json;
}

describe('schemas', () => {
  const sum = schema({ type: 'object', required: ['sum'], properties: { sum: { type: 'number' } } });

  it.each<[what: string, field: string, data: object, path: string]>([
    ['a type that is none', 'inputSchema', { type: 'text' }, 'inputSchema.data.type'],
    ['a remote reference', 'outputSchema', { items: { $ref: 'http://x' } }, 'outputSchema.data.items.$ref'],
    [
      'a pattern with look-around',
      'inputSchema',
      { properties: { a: { pattern: '(?=x)' } } },
      'inputSchema.data.properties.a.pattern',
    ],
  ])('C6 registration refuses %s, with the path', async (_what, field, data, path) => {
    const body = workflowDef('refused', [simpleTask('x')], { [field]: schema(data) });
    const reply = await call('POST', '/api/metadata/workflow', { body });
    expect(reply).toMatchObject({ status: 400, json: { validationErrors: [{ path }] } });
    const task = taskDef('refused', { [field]: schema(data), enforceSchema: true });
    expect(await call('POST', '/api/metadata/taskdefs', { body: [task] })).toMatchObject({
      status: 400,
      json: { validationErrors: [{ path: `[0].${path}` }] },
    });
    // What is not enforced is only kept.
    expect(await call('POST', '/api/metadata/taskdefs', { body: [{ ...task, enforceSchema: false }] })).toMatchObject({
      status: 200,
    });
  });

  it('a start that violates its schema is refused with 400 and the place, by each route', async () => {
    await define('typed', [simpleTask('typed')], { inputSchema: sum });
    const message = 'Input of workflow typed.1 does not satisfy schema shape.1: sum must be of type number';
    const refused = { status: 400, json: { status: 400, message } };
    expect(await call('POST', '/api/workflow', { body: { name: 'typed', input: { sum: 'x' } } })).toMatchObject(
      refused,
    );
    expect(await call('POST', '/api/workflow/typed', { body: { sum: 'x' } })).toMatchObject(refused);
    expect(await call('POST', '/api/workflow/typed', { body: { sum: 1 } })).toMatchObject({ status: 200 });
  });

  it('a child that violates its schema fails the task of its parent', async () => {
    await define('typed-child', [simpleTask('typed')], { inputSchema: sum });
    const sub = {
      name: 's',
      taskReferenceName: 's',
      type: 'SUB_WORKFLOW',
      subWorkflowParam: { name: 'typed-child', version: 1 },
      inputParameters: { sum: '${workflow.input.sum}' },
    };
    await define('typed-parent', [sub]);
    const { text: id } = await call('POST', '/api/workflow/typed-parent', { body: { sum: 'x' } });
    let workflow: Reply['json'];
    do workflow = (await call('GET', `/api/workflow/${id}`)).json;
    while (workflow.status === 'RUNNING');
    expect(workflow).toMatchObject({ status: 'FAILED', tasks: [{ status: 'FAILED' }] });
    expect(workflow.tasks[0].reasonForIncompletion).toBe(
      'Input of workflow typed-child.1 does not satisfy schema shape.1: sum must be of type number',
    );
  });

  it('a result that violates the schema of its task is accepted and fails the task', async () => {
    await define('typed-result', [simpleTask('typed_result')], {}, [
      taskDef('typed_result', { outputSchema: sum, enforceSchema: true }),
    ]);
    const { text: id } = await call('POST', '/api/workflow/typed-result', { body: {} });
    const [task] = await polled('typed_result');
    const body = { workflowInstanceId: id, taskId: task.taskId, status: 'COMPLETED', outputData: { sum: [] } };
    expect(await call('POST', '/api/tasks', { body })).toMatchObject({ status: 200 });
    expect((await call('GET', `/api/tasks/${task.taskId}`)).json).toMatchObject({
      status: 'FAILED_WITH_TERMINAL_ERROR',
      outputData: { sum: [] },
      reasonForIncompletion: 'Output of task typed_result does not satisfy schema shape.1: sum must be of type number',
    });
  });
});

describe('A21 domains', () => {
  const begin = async (taskToDomain: object): Promise<string> =>
    (await call('POST', '/api/workflow', { body: { name: 'placed', taskToDomain } })).text;

  beforeAll(() => define('placed', [simpleTask('placed')], {}, [taskDef('placed')]));

  it('the type before all, and NO_DOMAIN', async () => {
    const one = await begin({ '*': 'red', placed: 'blue' });
    const two = await begin({ '*': 'NO_DOMAIN' });
    expect((await polled('placed', '&domain=red')).length).toBe(0);
    expect(await polled('placed', '&domain=blue')).toMatchObject([{ workflowInstanceId: one, domain: 'blue' }]);
    const [plain] = await polled('placed');
    expect(plain.workflowInstanceId).toBe(two);
    expect(plain).not.toHaveProperty('domain');
  });

  it('a list: the first that is polled, and the claim says which', async () => {
    const id = await begin({ placed: 'one,two,NO_DOMAIN' });
    expect((await call('GET', '/api/tasks/queue/sizes?taskType=placed')).json).toEqual({ placed: 1 });
    // Its worker is there now: the others get nothing any more.
    expect(await call('GET', '/api/tasks/poll/batch/placed?domain=two&count=0')).toMatchObject({ text: '[]' });
    expect(await polled('placed', '&domain=two')).toMatchObject([{ workflowInstanceId: id, domain: 'two' }]);
    expect(await polled('placed')).toEqual([]);
    const next = await begin({ placed: 'one,two,NO_DOMAIN' });
    expect(await polled('placed')).toEqual([]);
    expect((await call('GET', '/api/tasks/queue/size?taskType=placed&domain=two')).text).toBe('1');
    const [task] = await polled('placed', '&domain=one');
    expect(task).toMatchObject({ workflowInstanceId: next, domain: 'one' });
    expect((await call('GET', `/api/tasks/${task.taskId}`)).json).toMatchObject({
      domain: 'one',
      status: 'IN_PROGRESS',
    });
    const { json } = await call('GET', `/api/workflow/${next}/events`);
    expect(
      json.map(({ type, data }: { type: string; data: { domain?: string; domains?: string[] } }) => [
        type,
        data.domain,
        data.domains,
      ]),
    ).toEqual([
      ['WorkflowStarted', undefined, undefined],
      ['TaskScheduled', undefined, ['one', 'two', 'NO_DOMAIN']],
      ['TaskStarted', 'one', undefined],
    ]);
  });

  it('a parked poll of the first choice gets its task in the same decision', async () => {
    const waiting = call('GET', '/api/tasks/poll/batch/placed?domain=first&timeout=4000');
    await call('GET', '/api/tasks/poll/batch/placed?domain=second&timeout=0');
    const id = await begin({ '*': 'first,second' });
    expect((await waiting).json).toMatchObject([{ workflowInstanceId: id, domain: 'first' }]);
  });
});

describe('changes of status', () => {
  it('stand in the history', async () => {
    await define('told', [
      simpleTask('told', { onStateChange: { onStart: [{ type: 'audit', payload: { who: '${told_ref.workerId}' } }] } }),
    ]);
    const { text: id } = await call('POST', '/api/workflow/told', { body: {} });
    expect(await polled('told')).toHaveLength(1);
    const { json } = await call('GET', `/api/workflow/${id}/events`);
    expect(json.at(-1)).toMatchObject({
      type: 'StateChangePublished',
      data: { status: 'IN_PROGRESS', type: 'audit', payload: { who: 'w' } },
    });
  });
});

describe('workers that do odd things', () => {
  it('a result of an earlier run of the workflow is accepted without effect', async () => {
    await define('rerun', [simpleTask('rerun')], {}, [taskDef('rerun')]);
    const { text: id } = await call('POST', '/api/workflow/rerun', { body: {} });
    const [first] = await polled('rerun');
    const result = { workflowInstanceId: id, taskId: first.taskId };
    await call('POST', '/api/tasks', { body: { ...result, status: 'FAILED' } });
    expect(await call('POST', `/api/workflow/${id}/retry`)).toMatchObject({ status: 204 });
    expect(await call('POST', '/api/tasks', { body: { ...result, status: 'COMPLETED' } })).toMatchObject({
      status: 200,
    });
    expect((await call('GET', `/api/workflow/${id}`)).json).toMatchObject({ status: 'RUNNING' });
    const { json } = await call('GET', `/api/workflow/${id}/events`);
    expect(json.at(-1)).toMatchObject({ type: 'CommandRejected', data: { code: 'TASK_ENDED' } });
  });

  it('an output of 50 MB is refused by its size', async () => {
    const raw = `{"workflowInstanceId":"w","taskId":"t","status":"COMPLETED","outputData":{"x":"${'x'.repeat(50_000_000)}"}}`;
    expect(await call('POST', '/api/tasks', { raw })).toMatchObject({
      status: 413,
      json: { status: 413, retryable: false },
    });
  });

  it('a callback in 30,000 years is clamped to what the field holds, and shown', async () => {
    await define('later', [simpleTask('later')], {}, [taskDef('later')]);
    const { text: id } = await call('POST', '/api/workflow/later', { body: {} });
    const [task] = await polled('later');
    const body = { workflowInstanceId: id, taskId: task.taskId, status: 'IN_PROGRESS', callbackAfterSeconds: 1e12 };
    expect(await call('POST', '/api/tasks', { body })).toMatchObject({ status: 200 });
    expect((await call('GET', `/api/tasks/${task.taskId}`)).json).toMatchObject({
      callbackAfterSeconds: 2_147_483_647,
    });
  });
});

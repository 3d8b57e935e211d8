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

async function pollOne(type: string, query = ''): Promise<Reply['json']> {
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

describe('workers', () => {
  async function work(type: string): Promise<{ workflowInstanceId: string; taskId: string }> {
    const { workflowInstanceId, taskId } = await pollOne(type);
    return { workflowInstanceId, taskId };
  }

  it('get 204 and an empty list when there is nothing', async () => {
    expect(await call('GET', '/api/tasks/poll/nothing')).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', '/api/tasks/poll/batch/nothing?timeout=0')).toMatchObject({ status: 200, text: '[]' });
  });

  it('get a single task', async () => {
    const id = await start();
    const reply = await call('GET', '/api/tasks/poll/pay?workerid=w2');
    expect(reply.json).toMatchObject({ workflowInstanceId: id, workerId: 'w2' });
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('wait for a task that is started while they poll', async () => {
    const waiting = pollOne('pay');
    const id = await start();
    expect((await waiting).workflowInstanceId).toBe(id);
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('are served by domain', async () => {
    const id = await start('order', { taskToDomain: { pay: 'blue' } });
    expect(await call('GET', '/api/tasks/poll/batch/pay?timeout=0')).toMatchObject({ text: '[]' });
    expect(await call('GET', '/api/tasks/queue/size?taskType=pay&domain=blue')).toMatchObject({ text: '1' });
    expect((await call('GET', '/api/tasks/queue/all')).json).toMatchObject({ 'blue:pay': 1 });
    expect((await pollOne('pay', '&domain=blue')).domain).toBe('blue');
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('get their next task from update-v2, or 204', async () => {
    const ids = [await start(), await start()];
    const first = await work('pay');
    const next = await call('POST', '/api/tasks/update-v2', {
      body: { ...first, status: 'COMPLETED', workerId: 'w1' },
    });
    expect(next.json).toMatchObject({ taskDefName: 'pay', status: 'IN_PROGRESS', workerId: 'w1' });
    expect(next.headers['x-dacapo-position']).toBeDefined();
    const { workflowInstanceId, taskId } = next.json;
    const lease = await call('POST', '/api/tasks/update-v2', {
      body: { workflowInstanceId, taskId, extendLease: true },
    });
    expect(lease).toMatchObject({ status: 204, text: '' });
    const progress = { workflowInstanceId, taskId, status: 'IN_PROGRESS', callbackAfterSeconds: 60 };
    expect(await call('POST', '/api/tasks/update-v2', { body: progress })).toMatchObject({ status: 204 });
    expect((await call('GET', `/api/tasks/${taskId}`)).json).toMatchObject({
      status: 'SCHEDULED',
      callbackAfterSeconds: 60,
    });
    for (const id of ids) await call('DELETE', `/api/workflow/${id}`);
  });

  it('fail a task, with a reason that is cut and logs that are kept', async () => {
    const id = await start();
    const task = await work('pay');
    const reasonForIncompletion = 'no money '.repeat(100);
    const body = {
      ...task,
      status: 'FAILED_WITH_TERMINAL_ERROR',
      reasonForIncompletion,
      logs: [{ log: 'tried' }],
      outputData: { code: 7 },
    };
    expect(await call('POST', '/api/tasks', { body })).toMatchObject({ status: 200 });
    const { json } = await call('GET', `/api/workflow/${id}`);
    expect(json).toMatchObject({ status: 'FAILED', failedReferenceTaskNames: ['pay_ref'], failedTaskNames: ['pay'] });
    expect(json.tasks[0]).toMatchObject({ status: 'FAILED_WITH_TERMINAL_ERROR', outputData: { code: 7 } });
    expect(json.tasks[0].reasonForIncompletion).toHaveLength(500);
    const logs = await call('GET', `/api/tasks/${task.taskId}/log`);
    expect(logs.json).toMatchObject([{ log: 'tried', taskId: task.taskId }]);
  });

  it('write logs as plain text, whatever their content type says', async () => {
    const id = await start();
    const { taskId } = await work('pay');
    expect(await call('GET', `/api/tasks/${taskId}/log`)).toMatchObject({ status: 204, text: '' });
    for (const type of ['application/json', 'text/plain', 'application/octet-stream'])
      expect(
        await call('POST', `/api/tasks/${taskId}/log`, { raw: `{not json ${type}`, headers: { 'content-type': type } }),
      ).toMatchObject({ status: 200, text: '' });
    const { json } = await call('GET', `/api/tasks/${taskId}/log`);
    expect(json).toHaveLength(3);
    expect(json[0]).toEqual({ log: '{not json application/json', taskId, createdTime: expect.any(Number) });
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('end a task by its reference, its output laid over what was there', async () => {
    const id = await start();
    const task = await work('pay');
    await call('POST', '/api/tasks', { body: { ...task, status: 'IN_PROGRESS', outputData: { a: 1, b: 1 } } });
    const reply = await call('POST', `/api/tasks/${id}/pay_ref/COMPLETED?workerid=me`, { body: { b: 2 } });
    expect(reply).toMatchObject({ status: 200, text: task.taskId });
    expect((await call('GET', `/api/tasks/${task.taskId}`)).json).toMatchObject({
      outputData: { a: 1, b: 2 },
      workerId: 'me',
    });
    expect(await call('POST', `/api/tasks/${id}/pay_ref/COMPLETED`)).toMatchObject({ status: 200, text: '' });
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('are remembered with their last poll', async () => {
    await call('GET', '/api/tasks/poll/batch/seen?workerid=w7&domain=d&timeout=0');
    const { json } = await call('GET', '/api/tasks/queue/polldata?taskType=seen');
    expect(json).toEqual([{ queueName: 'seen', domain: 'd', workerId: 'w7', lastPollTime: expect.any(Number) }]);
    expect((await call('GET', '/api/tasks/queue/polldata/all')).json.length).toBeGreaterThan(0);
  });

  it('see how long their queues are', async () => {
    const id = await start();
    expect((await call('GET', '/api/tasks/queue/sizes?taskType=pay&taskType=none')).json).toEqual({ pay: 1, none: 0 });
    expect((await call('GET', '/api/tasks/queue/size?taskType=pay')).json).toBe(1);
    await call('DELETE', `/api/workflow/${id}`);
  });
});

describe('control', () => {
  it('pauses and resumes, and says so in Conductor’s way', async () => {
    const id = await start();
    const paused = await call('PUT', `/api/workflow/${id}/pause`);
    expect(paused).toMatchObject({ status: 200, text: '' });
    expect(paused.headers['x-dacapo-position']).toBeDefined();
    expect(await call('PUT', `/api/workflow/${id}/pause`, { raw: '' })).toMatchObject({ status: 200 });
    expect((await call('GET', `/api/workflow/${id}/status`)).json).toEqual({ workflowId: id, status: 'PAUSED' });
    expect(await call('PUT', `/api/workflow/${id}/resume`)).toMatchObject({ status: 200, text: '' });
    expect(await call('PUT', `/api/workflow/${id}/resume`)).toMatchObject({ status: 409, json: { status: 409 } });
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('terminates with a reason, once', async () => {
    const id = await start();
    expect(await call('DELETE', `/api/workflow/${id}?reason=enough`)).toMatchObject({ status: 200, text: '' });
    expect(await call('DELETE', `/api/workflow/${id}`)).toMatchObject({ status: 200 });
    expect((await call('GET', `/api/workflow/${id}`)).json).toMatchObject({
      status: 'TERMINATED',
      reasonForIncompletion: 'enough',
    });
    expect(await call('PUT', `/api/workflow/${id}/pause`)).toMatchObject({ status: 409 });
  });

  it('retries a failed workflow and shows which attempt was retried', async () => {
    const id = await start();
    expect(await call('POST', `/api/workflow/${id}/retry`)).toMatchObject({ status: 404 });
    const { taskId } = await pollOne('pay');
    await call('POST', '/api/tasks', { body: { workflowInstanceId: id, taskId, status: 'FAILED' } });
    expect(await call('POST', `/api/workflow/${id}/retry`)).toMatchObject({ status: 204, text: '' });
    const { json } = await call('GET', `/api/workflow/${id}`);
    expect(json.status).toBe('RUNNING');
    expect(json.lastRetriedTime).toBeGreaterThan(0);
    expect(json.tasks).toMatchObject([
      { taskId, retried: true, executed: true },
      { retriedTaskId: taskId, retried: false, executed: false, retryCount: 1 },
    ]);
    const failed = await call('GET', `/api/workflow/${id}/tasks?status=failed`);
    expect(failed.json).toMatchObject({ totalHits: 1, results: [{ taskId, retried: true }] });
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('signals a waiting workflow', async () => {
    const wait = { name: 'wait', taskReferenceName: 'wait_ref', type: 'WAIT', inputParameters: {} };
    await call('POST', '/api/metadata/workflow', { body: workflowDef('waiting', [wait]) });
    const id = await start('waiting');
    expect((await call('GET', `/api/workflow/${id}`)).json.tasks[0]).toMatchObject({
      taskType: 'WAIT',
      callbackFromWorker: false,
    });
    expect(await call('POST', `/api/tasks/${id}/COMPLETED/signal`, { body: { go: true } })).toMatchObject({
      status: 200,
      text: '',
    });
    expect((await call('GET', `/api/workflow/${id}`)).json).toMatchObject({
      status: 'COMPLETED',
      tasks: [{ outputData: { go: true } }],
    });
    expect(await call('POST', `/api/tasks/${id}/COMPLETED/signal`, { body: {} })).toMatchObject({
      status: 200,
      text: '',
    });
  });
});

describe('starts', () => {
  it('take the input as a map', async () => {
    const reply = await call('POST', '/api/workflow/order?correlationId=c9&priority=3&version=1', { body: { sum: 1 } });
    expect(reply.headers['content-type']).toMatch(/^text\/plain/);
    const { json } = await call('GET', `/api/workflow/${reply.text}?includeTasks=false`);
    expect(json).toMatchObject({ correlationId: 'c9', priority: 3, input: { sum: 1 }, tasks: [] });
    await call('DELETE', `/api/workflow/${reply.text}`);
  });

  it('take an inline definition', async () => {
    const id = await start('inline', { workflowDef: workflowDef('inline', [simpleTask('pay')]), input: { a: 1 } });
    expect((await call('GET', `/api/workflow/${id}`)).json).toMatchObject({
      workflowName: 'inline',
      tasks: [{ taskDefName: 'pay' }],
    });
    expect(await call('GET', '/api/metadata/workflow/inline')).toMatchObject({ status: 404 });
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('with an idempotency key have one effect', async () => {
    const request = { idempotencyKey: 'k1', input: { a: 1 } };
    const [first, twin] = await Promise.all([start('order', request), start('order', request)]);
    expect(twin).toBe(first);
    expect(await start('order', request)).toBe(first);
    const other = { name: 'order', idempotencyKey: 'k1', input: { a: 2 } };
    expect(await call('POST', '/api/workflow', { body: other })).toMatchObject({ status: 409 });
    expect(await start('order', { ...other, idempotencyStrategy: 'RETURN_EXISTING' })).toBe(first);
    const failing = { name: 'order', ...request, idempotencyStrategy: 'FAIL' };
    expect(await call('POST', '/api/workflow', { body: failing })).toMatchObject({ status: 409 });
    const onRunning = { ...request, idempotencyStrategy: 'FAIL_ON_RUNNING' };
    expect(await call('POST', '/api/workflow', { body: { name: 'order', ...onRunning } })).toMatchObject({
      status: 409,
    });
    await call('DELETE', `/api/workflow/${first}`);
    const second = await start('order', onRunning);
    expect(second).not.toBe(first);
    expect(await start('order', { ...request, idempotencyStrategy: 'RETURN_EXISTING' })).toBe(second);
    await call('DELETE', `/api/workflow/${second}`);
    const headers = { 'x-idempotency-key': 'k1', 'x-on-conflict': 'FAIL' };
    expect(await call('POST', '/api/workflow/order', { body: {}, headers })).toMatchObject({ status: 409 });
  });

  it('show the idempotency key that they were started with', async () => {
    const id = await start('order', { idempotencyKey: 'shown' });
    expect((await call('GET', `/api/workflow/${id}`)).json).toMatchObject({
      idempotencyKey: 'shown',
      rateLimited: false,
    });
    await call('DELETE', `/api/workflow/${id}`);
  });

  it('A22 are refused when their definition rejects what it has no permit for', async () => {
    const rateLimitConfig = { rateLimitKey: '${workflow.input.user}', concurrentExecLimit: 1, policy: 'REJECT' };
    await call('POST', '/api/metadata/workflow', {
      body: workflowDef('rejecting', [simpleTask('pay')], { rateLimitConfig }),
    });
    const first = await start('rejecting', { input: { user: 'ada' } });
    const body = { name: 'rejecting', input: { user: 'ada' } };
    expect(await call('POST', '/api/workflow', { body })).toMatchObject({
      status: 409,
      json: { message: "Workflow rejecting is rate limited: no permit is free for the rate limit key 'ada'" },
    });
    const other = await start('rejecting', { input: { user: 'bob' } });
    expect((await call('GET', `/api/workflow/${other}`)).json).toMatchObject({
      rateLimited: false,
      rateLimitKey: 'bob',
    });
    for (const id of [first, other]) await call('DELETE', `/api/workflow/${id}`);
  });

  it('use the latest version unless told otherwise', async () => {
    for (const version of [1, 3, 2])
      await call('POST', '/api/metadata/workflow', { body: workflowDef('versions', [simpleTask('pay')], { version }) });
    const latest = await start('versions');
    const older = await start('versions', { version: 2 });
    expect((await call('GET', `/api/workflow/${latest}`)).json.workflowVersion).toBe(3);
    expect((await call('GET', `/api/workflow/${older}`)).json.workflowVersion).toBe(2);
    for (const id of [latest, older]) await call('DELETE', `/api/workflow/${id}`);
  });
});

describe('history', () => {
  it('lists events, and shows the workflow as it was', async () => {
    const id = await start();
    await call('DELETE', `/api/workflow/${id}`);
    const { json } = await call('GET', `/api/workflow/${id}/events`);
    expect(json[0]).toEqual({
      seq: 1,
      type: 'WorkflowStarted',
      time: expect.any(Number),
      position: expect.stringMatching(/^\d+:\d+$/),
      hash: expect.stringMatching(/^.{43}$/),
      causation: expect.stringMatching(/^\d+:\d+$/),
      data: expect.objectContaining({ name: 'order' }),
    });
    expect(json.map(({ seq }: { seq: number }) => seq)).toEqual(json.map((_: unknown, index: number) => index + 1));
    expect((await call('GET', `/api/workflow/${id}/events?from=2&limit=1`)).json).toEqual([json[1]]);
    expect((await call('GET', `/api/workflow/${id}?at=1`)).json).toMatchObject({ status: 'RUNNING', tasks: [] });
    expect((await call('GET', `/api/workflow/${id}?at=${json.length}`)).json).toEqual(
      (await call('GET', `/api/workflow/${id}`)).json,
    );
    expect(await call('GET', `/api/workflow/${id}?at=99`)).toMatchObject({ status: 404 });
    expect((await call('GET', `/api/workflow/${id}/verify`)).json).toEqual({ ok: true });
  });
});

describe('search', () => {
  it('finds by fields, sorts and pages', async () => {
    const correlationId = 'search me';
    const ids = [await start('order', { correlationId }), await start('order', { correlationId, input: { a: 1 } })];
    for (const id of ids) await call('DELETE', `/api/workflow/${id}?reason=done`);
    await server.projected();
    const query = encodeURIComponent(
      `correlationId = '${correlationId}' AND status IN (TERMINATED, "RUNNING") and workflowType='order'`,
    );
    const { json } = await call('GET', `/api/workflow/search?query=${query}&sort=startTime:DESC&freeText=*`);
    expect(json).toMatchObject({ totalHits: 2, results: [{ workflowId: ids[1] }, { workflowId: ids[0] }] });
    expect(json.results[0]).toMatchObject({
      workflowType: 'order',
      version: 1,
      status: 'TERMINATED',
      correlationId,
      input: '{"a":1}',
      inputSize: 7,
      output: '{"tracking":null}',
      parentWorkflowId: '',
      classifier: 'workflow',
      failedReferenceTaskNames: '',
      reasonForIncompletion: 'done',
      startTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      executionTime: expect.any(Number),
    });
    const page = await call('GET', `/api/workflow/search?query=${query}&sort=startTime:ASC&start=1&size=1`);
    expect(page.json).toMatchObject({ totalHits: 2, results: [{ workflowId: ids[1] }] });
    expect((await call('GET', '/api/workflow/search?query=workflowId%3Dnobody')).json).toEqual({
      totalHits: 0,
      results: [],
    });
  });
});

describe('definitions', () => {
  it('come back as Conductor writes them', async () => {
    const { json } = await call('GET', '/api/metadata/workflow/order');
    expect(json).toMatchObject({
      name: 'order',
      version: 1,
      schemaVersion: 2,
      timeoutPolicy: 'ALERT_ONLY',
      updateTime: 0,
      inputTemplate: {},
    });
    expect(json.createTime).toBeGreaterThan(0);
    expect((await call('GET', '/api/metadata/taskdefs/pay')).json).toMatchObject({ name: 'pay', retryLogic: 'FIXED' });
    expect((await call('GET', '/api/metadata/taskdefs')).json.length).toBeGreaterThanOrEqual(2);
  });

  it('are versioned, listed, overwritten and removed', async () => {
    const one = (version: number, changes: object = {}): object =>
      workflowDef('listed', [simpleTask('pay')], { version, ...changes });
    expect(await call('POST', '/api/metadata/workflow', { body: one(1) })).toMatchObject({ status: 200, text: '' });
    const bulk = await call('PUT', '/api/metadata/workflow', { body: [one(2), one(1, { description: 'new' })] });
    expect(bulk.json).toEqual({ bulkErrorResults: {}, bulkSuccessfulResults: ['listed', 'listed'] });
    expect((await call('GET', '/api/metadata/workflow/listed?version=1')).json).toMatchObject({ description: 'new' });
    expect((await call('GET', '/api/metadata/workflow/listed/versions')).json).toMatchObject([
      { version: 1 },
      { version: 2 },
    ]);
    expect((await call('GET', '/api/metadata/workflow/names')).json).toContain('listed');
    expect((await call('GET', '/api/metadata/workflow/names-and-versions')).json).toMatchObject({
      listed: [{ version: 1 }, { version: 2 }],
    });
    const latest = (await call('GET', '/api/metadata/workflow/latest-versions')).json;
    expect(latest.filter(({ name }: { name: string }) => name === 'listed')).toMatchObject([{ version: 2 }]);
    expect((await call('GET', '/api/metadata/workflow?classifier=WORKFLOW')).json.length).toBeGreaterThanOrEqual(2);
    expect((await call('GET', '/api/metadata/workflow?classifier=agent')).json).toEqual([]);
    expect(await call('POST', '/api/metadata/workflow?overwrite=true', { body: one(2) })).toMatchObject({
      status: 200,
    });
    expect(await call('DELETE', '/api/metadata/workflow/listed/2')).toMatchObject({ status: 200, text: '' });
    expect((await call('GET', '/api/metadata/workflow/listed')).json).toMatchObject({ version: 1 });
  });

  it('say who made them when: the server, not the client', async () => {
    const stamps = { createTime: 1, updateTime: 2, createdBy: 'me', updatedBy: 'me', ownerApp: 'mine' };
    await call('POST', '/api/metadata/taskdefs', { body: [taskDef('stamped', stamps)] });
    const { json } = await call('GET', '/api/metadata/taskdefs/stamped');
    expect(json.createTime).toBeGreaterThan(1_000);
    for (const name of ['createdBy', 'updatedBy', 'ownerApp']) expect(json).not.toHaveProperty(name);
    expect(await call('PUT', '/api/metadata/taskdefs', { body: taskDef('stamped', { retryCount: 4 }) })).toMatchObject({
      status: 200,
    });
    const changed = (await call('GET', '/api/metadata/taskdefs/stamped')).json;
    expect(changed).toMatchObject({ retryCount: 4, createTime: json.createTime });
    expect(changed.updateTime).toBeGreaterThanOrEqual(json.createTime);
    expect(await call('DELETE', '/api/metadata/taskdefs/stamped')).toMatchObject({ status: 200, text: '' });
  });
});

describe('the server', () => {
  it('says that it is healthy, and which version it is', async () => {
    for (const url of ['/health', '/api/health'])
      expect((await call('GET', url)).json).toEqual({ healthy: true, healthResults: [], suppressedHealthResults: [] });
    expect(await call('GET', '/api/version')).toMatchObject({ status: 200, text: 'test' });
  });

  it('ignores a slash at the end', async () => {
    expect((await call('GET', '/api/metadata/taskdefs/')).status).toBe(200);
  });
});

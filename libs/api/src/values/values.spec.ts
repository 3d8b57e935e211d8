import 'reflect-metadata';

import { randomBytes } from 'node:crypto';

import { secretCipher } from '@dacapo/platform';

import { type Caller, callerOf, type Reply } from '../testing/call.js';
import { simpleTask, taskDef, workflowDef } from '../testing/definitions.js';
import { startTestServer, type TestServer } from '../testing/test-server.js';

let server: TestServer;
let call: Caller;

const canary = 'canary-"7f3a/ä';

beforeAll(async () => {
  server = await startTestServer({
    registry: {
      environment: { REGION: 'north', PATH: '/opt' },
      environmentNames: ['REGION'],
      secrets: { base: { FROM_START: 'given-at-start' }, cipher: secretCipher(randomBytes(32)) },
    },
  });
  call = callerOf(server.app);
});

afterAll(async () => {
  const { errors } = server;
  await server.close();
  expect(errors).toEqual([]);
});

async function define(
  name: string,
  inputParameters: object,
  more: { task?: object; workflow?: object } = {},
): Promise<void> {
  const tasks = [simpleTask(`${name}_task`, { inputParameters })];
  expect((await call('POST', '/api/metadata/taskdefs', { body: [taskDef(`${name}_task`, more.task)] })).status).toBe(
    200,
  );
  const reply = await call('POST', '/api/metadata/workflow', { body: workflowDef(name, tasks, more.workflow) });
  expect(reply.text).toBe('');
}

async function begin(name: string, input: object = {}): Promise<string> {
  const reply = await call('POST', `/api/workflow/${name}`, { body: input });
  expect(reply.status).toBe(200);
  return reply.text;
}

async function polled(name: string): Promise<Reply['json']> {
  return (await call('GET', `/api/tasks/poll/batch/${name}_task?timeout=2000`)).json[0];
}

describe('/api/environment', () => {
  it('keeps values under names', async () => {
    const raw = { headers: { 'content-type': 'application/json' } };
    expect(await call('PUT', '/api/environment/STAGE', { raw: 'plain, not JSON', ...raw })).toMatchObject({
      status: 200,
    });
    expect(
      await call('PUT', '/api/environment/DOC', { raw: '{"a":[1]}', headers: { 'content-type': 'text/plain' } }),
    ).toMatchObject({ status: 200 });
    expect(await call('GET', '/api/environment/STAGE')).toMatchObject({
      status: 200,
      text: 'plain, not JSON',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect((await call('GET', '/api/environment')).json).toEqual([
      { name: 'DOC', value: '{"a":[1]}' },
      { name: 'PATH', value: '/opt' },
      { name: 'REGION', value: 'north' },
      { name: 'STAGE', value: 'plain, not JSON' },
    ]);
    expect(await call('DELETE', '/api/environment/STAGE')).toMatchObject({ status: 200 });
    expect(await call('GET', '/api/environment/STAGE')).toMatchObject({ status: 200, text: '' });
    expect(await call('DELETE', '/api/environment/PATH')).toMatchObject({ status: 501 });
  });

  it.each([
    ['PUT', '/api/environment/a%20b', 'x', 400],
    ['PUT', '/api/environment/a', '', 400],
    ['PUT', '/api/secrets/a.b', 'x', 400],
    ['PUT', '/api/secrets/a', '', 400],
    ['PUT', '/api/secrets/a', 'x'.repeat(65_536), 400],
    ['PUT', `/api/secrets/${'a'.repeat(256)}`, 'x', 400],
  ])('%s %.30s with %.5j is refused', async (method, url, raw, status) => {
    expect(await call(method, url, { raw })).toMatchObject({ status, json: { status } });
  });

  it('is recorded with the start, and a later change does not reach the workflow', async () => {
    await call('PUT', '/api/environment/LIMIT', { raw: '{"max":5}' });
    await define('env', {
      max: '${workflow.env.LIMIT.max}',
      text: '<${workflow.env.LIMIT}>',
      none: '${workflow.env.NONE}',
      deep: [{ r: '${workflow.env.REGION}' }],
    });
    const id = await begin('env');
    await call('PUT', '/api/environment/LIMIT', { raw: '{"max":6}' });
    expect(await polled('env')).toMatchObject({
      inputData: { max: 5, text: '<{"max":5}>', none: null, deep: [{ r: 'north' }] },
    });
    const [started] = (await call('GET', `/api/workflow/${id}/events`)).json;
    expect(started.data.environment).toEqual({ LIMIT: '{"max":5}', REGION: 'north' });
    await begin('env');
    expect(await polled('env')).toMatchObject({ inputData: { max: 6 } });
  });

  it('C8 ${NAME} takes what is allowed by name and nothing of the process', async () => {
    await define('bare', { region: '${REGION}' });
    await begin('bare');
    expect(await polled('bare')).toMatchObject({ inputData: { region: 'north' } });
    for (const name of ['PATH', 'HOME', 'DACAPO_SECRETS_KEY']) {
      const refused = workflowDef('refused', [simpleTask('x', { inputParameters: { v: `\${${name}}` } })]);
      expect(await call('POST', '/api/metadata/workflow', { body: refused })).toMatchObject({ status: 400 });
      // Nested tasks are not checked at registration: there it is null.
      const nested = simpleTask('nested_task', { inputParameters: { v: `\${${name}}` } });
      const fork = { name: 'f', taskReferenceName: 'f', type: 'FORK_JOIN', forkTasks: [[nested]] };
      const join = { name: 'j', taskReferenceName: 'j', type: 'JOIN', joinOn: ['nested_task_ref'] };
      const body = { name: 'inline', workflowDef: workflowDef('inline', [fork, join]) };
      expect(await call('POST', '/api/workflow', { body })).toMatchObject({ status: 200 });
      expect(await polled('nested')).toMatchObject({ inputData: { v: null } });
    }
  });
});

describe('/api/secrets', () => {
  it('E7 takes values and does not tell them', async () => {
    expect(await call('PUT', '/api/secrets/CARD', { raw: canary })).toMatchObject({ status: 200, text: '' });
    expect(await call('GET', '/api/secrets/CARD')).toMatchObject({ status: 403 });
    expect((await call('GET', '/api/secrets')).json).toEqual(['CARD', 'FROM_START']);
    expect((await call('POST', '/api/secrets')).json).toEqual(['CARD', 'FROM_START']);
    const { json, text } = await call('GET', '/api/secrets/v2');
    expect(json).toEqual([
      { name: 'CARD', partial: '***', created_at: expect.any(Number), updated_at: expect.any(Number) },
      { name: 'FROM_START', partial: '***', created_at: 0, updated_at: 0 },
    ]);
    expect(text).not.toContain('canary');
    expect(await call('GET', '/api/secrets/CARD/exists')).toMatchObject({ status: 200, json: true });
    expect(await call('GET', '/api/secrets/OTHER/exists')).toMatchObject({ status: 200, json: false });
    expect(await call('DELETE', '/api/secrets/FROM_START')).toMatchObject({ status: 501 });
    expect(await call('DELETE', '/api/secrets/NOBODY')).toMatchObject({ status: 200 });
  });

  it('A30 I27 E1 hands a secret to the worker, and has it nowhere else', async () => {
    await call('PUT', '/api/secrets/KEY', { raw: canary });
    await define(
      'secret',
      { auth: 'Bearer ${workflow.secrets.KEY}', key: '${workflow.secrets.KEY}', none: '${workflow.secrets.NONE}' },
      { task: { runtimeMetadata: ['KEY', 'REGION', 'NOWHERE'] } },
    );
    const id = await begin('secret');
    const task = await polled('secret');
    expect(task).toMatchObject({
      inputData: { auth: `Bearer ${canary}`, key: canary, none: null },
      runtimeMetadata: { KEY: canary, REGION: 'north' },
    });
    // The worker sends it back in every way it can.
    const result = {
      workflowInstanceId: id,
      taskId: task.taskId,
      status: 'COMPLETED',
      outputData: { echo: task.inputData, json: JSON.stringify({ v: canary }), url: encodeURIComponent(canary) },
      logs: [{ log: `using ${canary}` }],
      reasonForIncompletion: canary,
    };
    await call('POST', `/api/tasks/${task.taskId}/log`, { raw: `still ${canary}` });
    expect(await call('POST', '/api/tasks', { body: result })).toMatchObject({ status: 200 });
    const seen = await Promise.all(
      [
        `/api/workflow/${id}`,
        `/api/workflow/${id}/events`,
        `/api/tasks/${task.taskId}`,
        `/api/tasks/${task.taskId}/log`,
        '/api/workflow/search?size=100',
        '/metrics',
      ].map(async (url) => (await call('GET', url)).text),
    );
    const stored = [0, 1].flatMap((partition) => server.journal.log.rows(partition)).map((row) => JSON.stringify(row));
    const forms = [canary, JSON.stringify(canary).slice(1, -1), encodeURIComponent(canary)];
    for (const text of [...seen, ...stored])
      for (const form of [...forms, JSON.stringify(forms[1]).slice(1, -1)]) expect(text).not.toContain(form);
    expect(seen[0]).toContain('Bearer ${workflow.secrets.KEY}');
    expect((await call('GET', `/api/workflow/${id}`)).json).toMatchObject({
      status: 'COMPLETED',
      output: { echo: { key: '***' } },
    });
  });

  it('hides a value that came after others had been hidden, and after a change the new one', async () => {
    await call('PUT', '/api/secrets/KEY', { raw: canary });
    await define('later', { key: '${workflow.secrets.KEY}' });
    const id = await begin('later');
    const { json: task } = await call('GET', '/api/tasks/poll/later_task');
    const say = (raw: string): Promise<unknown> => call('POST', `/api/tasks/${task.taskId}/log`, { raw });
    await say(`first ${canary}`);
    await call('PUT', '/api/secrets/OTHER', { raw: 'another-long-value' });
    await say('second another-long-value');
    await call('PUT', '/api/secrets/OTHER', { raw: 'a-changed-long-value' });
    await say('third a-changed-long-value');
    const { json } = await call('GET', `/api/tasks/${task.taskId}/log`);
    const said = (json as readonly { readonly log: string }[]).map(({ log }) => log);
    expect(said).toEqual(['first ***', 'second ***', 'third ***']);
    await call('POST', '/api/tasks', { body: { workflowInstanceId: id, taskId: task.taskId, status: 'COMPLETED' } });
    await call('DELETE', '/api/secrets/OTHER');
  });

  it('A30 gives the next task of update-v2 and a single poll theirs too', async () => {
    await call('PUT', '/api/secrets/KEY', { raw: canary });
    await define('both', { key: '${workflow.secrets.KEY}' });
    const first = await begin('both');
    await begin('both');
    const { json: one } = await call('GET', '/api/tasks/poll/both_task');
    expect(one).toMatchObject({ inputData: { key: canary } });
    const body = { workflowInstanceId: first, taskId: one.taskId, status: 'COMPLETED' };
    expect((await call('POST', '/api/tasks/update-v2', { body })).json).toMatchObject({ inputData: { key: canary } });
  });

  it('C4 data that looks like a reference gets nobody a secret', async () => {
    await call('PUT', '/api/secrets/KEY', { raw: canary });
    await define('plain', { v: '${workflow.input.v}' });
    await begin('plain', { v: '${workflow.secrets.KEY}' });
    expect(await polled('plain')).toMatchObject({ inputData: { v: '${workflow.secrets.KEY}' } });
  });
});

describe('a server without a key', () => {
  it('refuses to keep secrets and says why; those of its start are there', async () => {
    const keyless = await startTestServer({
      registry: { secrets: { base: { A: 'from-start' } } },
      areSecretsReadable: true,
    });
    try {
      const ask = callerOf(keyless.app);
      expect(await ask('PUT', '/api/secrets/B', { raw: 'x' })).toMatchObject({
        status: 501,
        json: { message: expect.stringContaining('DACAPO_SECRETS_KEY') },
      });
      expect(await ask('GET', '/api/secrets/A')).toMatchObject({ status: 200, text: 'from-start' });
      expect(await ask('GET', '/api/secrets/B')).toMatchObject({ status: 404 });
    } finally {
      await keyless.close();
    }
  });

  it('keeps a task back whose secret it cannot open, and hands out the others', async () => {
    const keyless = await startTestServer();
    try {
      const ask = callerOf(keyless.app);
      const { registry } = keyless.gateway;
      const task = simpleTask('sealed', { inputParameters: { key: '${workflow.secrets.KEY}' } });
      await ask('POST', '/api/metadata/workflow', { body: workflowDef('sealed', [task]) });
      await ask('POST', '/api/metadata/workflow', { body: workflowDef('open', [simpleTask('sealed')]) });
      // Another process has written it under a key that this one does not have.
      Object.assign(registry, {
        secrets: { ...registry.secrets, get: () => Promise.reject(new Error('no key')), values: () => [] },
      });
      const held = (await ask('POST', '/api/workflow/sealed', { body: {} })).text;
      const free = (await ask('POST', '/api/workflow/open', { body: {} })).text;
      const { json } = await ask('GET', '/api/tasks/poll/batch/sealed?count=2&timeout=1000');
      expect(json.map((each: { workflowInstanceId: string }) => each.workflowInstanceId)).toEqual([free]);
      const [back] = (await ask('GET', `/api/workflow/${held}`)).json.tasks;
      expect(back).toMatchObject({ status: 'SCHEDULED', callbackAfterSeconds: 60 });
    } finally {
      await keyless.close();
    }
  });
});

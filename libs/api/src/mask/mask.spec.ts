import 'reflect-metadata';

import fc from 'fast-check';

import { type Caller, callerOf } from '../testing/call.js';
import { simpleTask, taskDef, workflowDef } from '../testing/definitions.js';
import { startTestServer, type TestServer } from '../testing/test-server.js';
import { masked, maskedEventData } from './mask.js';

describe('E2 masked', () => {
  const names = new Set(['password', 'card']);
  it.each<[value: unknown, shown: unknown]>([
    [
      { password: 'x', a: 1 },
      { password: '***', a: 1 },
    ],
    [{ a: [{ card: { no: 1 } }] }, { a: [{ card: '***' }] }],
    [{ password: null }, { password: '***' }],
    [[['password']], [['password']]],
    ['password', 'password'],
  ])('%j', (value, shown) => {
    expect(masked(value, names)).toEqual(shown);
  });

  it('lets no value under such a name through', () => {
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constant('hidden'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('password', 'card'), tie('tree'), { noNullPrototype: true }),
      ),
    })).tree;
    fc.assert(
      fc.property(value, (given) => {
        expect(JSON.stringify(masked({ card: given, password: [given] }, names))).not.toContain('hidden');
      }),
    );
  });

  it('changes nothing without names', () => {
    const value = { a: 1 };
    expect(masked(value, new Set())).toBe(value);
  });

  it('leaves the fields of an event that are ours', () => {
    const data = { taskId: 't', workerId: 'w', output: { taskId: 'x', y: 1 } };
    expect(maskedEventData(data, new Set(['taskId', 'workerId']))).toEqual({
      taskId: 't',
      workerId: 'w',
      output: { taskId: '***', y: 1 },
    });
  });
});

describe('E2 every door', () => {
  let server: TestServer;
  let call: Caller;
  let id: string;
  let taskId: string;
  const hidden = 'hidden-value-4711';

  beforeAll(async () => {
    server = await startTestServer();
    call = callerOf(server.app);
    await call('POST', '/api/metadata/taskdefs', { body: [taskDef('login')] });
    const definition = workflowDef(
      'guarded',
      [simpleTask('login', { inputParameters: { password: '${workflow.input.password}', all: '${workflow.input}' } })],
      {
        maskedFields: ['password', 'token'],
        variables: { token: hidden },
        outputParameters: { token: '${login_ref.output.token}', user: 'u' },
      },
    );
    await call('POST', '/api/metadata/workflow', { body: definition });
    id = (await call('POST', '/api/workflow/guarded', { body: { password: hidden, user: 'ada' } })).text;
    const [task] = (await call('GET', '/api/tasks/poll/batch/login?timeout=2000')).json;
    // The worker gets what it needs.
    expect(task.inputData).toEqual({ password: hidden, all: { password: hidden, user: 'ada' } });
    taskId = task.taskId;
    const body = {
      workflowInstanceId: id,
      taskId,
      status: 'COMPLETED',
      outputData: { token: hidden, list: [{ token: hidden }] },
    };
    await call('POST', '/api/tasks', { body });
    await server.projected();
  });

  afterAll(async () => {
    const { errors } = server;
    await server.close();
    expect(errors).toEqual([]);
  });

  it.each<[what: string, url: () => string, shown: string]>([
    ['a workflow', () => `/api/workflow/${id}?includeTasks=false`, '"password":"***"'],
    ['its tasks', () => `/api/workflow/${id}/tasks`, '"token":"***"'],
    ['a workflow as it was', () => `/api/workflow/${id}?at=4`, '"user":"ada"'],
    ['its status', () => `/api/workflow/${id}/status?includeOutput=true&includeVariables=true`, '"token":"***"'],
    ['a task', () => `/api/tasks/${taskId}`, '"list":[{"token":"***"}]'],
    ['the search', () => '/api/workflow/search?size=100', '\\"password\\":\\"***\\"'],
    ['the events', () => `/api/workflow/${id}/events`, '"variables":{"token":"***"}'],
  ])('%s', async (_what, url, shown) => {
    const { status, text, json } = await call('GET', url());
    expect(status).toBe(200);
    // The definition is its author's own text; what runs on it is not.
    expect(JSON.stringify({ ...json, workflowDefinition: undefined })).not.toContain(hidden);
    expect(text).toContain(shown);
  });

  it('keeps the values in the log, for whoever decides', async () => {
    const rows = [0, 1].flatMap((partition) => server.journal.log.rows(partition));
    expect(rows.some((row) => JSON.stringify(row).includes(hidden))).toBe(true);
  });
});

/** What must be answered with a status below 500, a body of Conductor's shape, and no trace in the server's log. */
import 'reflect-metadata';

import { type Call, type Caller, callerOf } from './testing/call.js';
import { simpleTask, taskDef, workflowDef } from './testing/definitions.js';
import { startTestServer, type TestServer } from './testing/test-server.js';

let server: TestServer;
let call: Caller;
/** Known things, for the cases: a running workflow with one task that a worker has, and an ended one. */
const known = { running: '', task: '', ended: '', endedTask: '' };

beforeAll(async () => {
  server = await startTestServer({ bodyLimitBytes: 100_000 });
  call = callerOf(server.app);
  await call('POST', '/api/metadata/taskdefs', { body: [taskDef('work'), taskDef('other')] });
  await call('POST', '/api/metadata/workflow', { body: workflowDef('one', [simpleTask('work')]) });
  known.ended = (await call('POST', '/api/workflow', { body: { name: 'one' } })).text;
  known.endedTask = (await call('GET', '/api/tasks/poll/batch/work?timeout=2000')).json[0].taskId;
  const result = { workflowInstanceId: known.ended, taskId: known.endedTask, status: 'COMPLETED' };
  await call('POST', '/api/tasks', { body: result });
  known.running = (await call('POST', '/api/workflow', { body: { name: 'one' } })).text;
  known.task = (await call('GET', '/api/tasks/poll/batch/work?timeout=2000')).json[0].taskId;
});

afterAll(async () => {
  const { errors } = server;
  await server.close();
  expect(errors).toEqual([]);
});

type Row = readonly [what: string, method: string, url: string, call: Call, status: number, message?: RegExp];

const validation = /^Validation failed, check below errors for detail\.$/;
const nested = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
const long = 'x'.repeat(10_000);
const nobody = '01900000-0000-7000-8000-000000000000';
const text = { 'content-type': 'text/plain' };

function raw(value: string | Buffer, headers: Readonly<Record<string, string>> = {}): Call {
  return { raw: value, headers };
}

const bodies: readonly Row[] = [
  ['truncated JSON', 'POST', '/api/workflow', raw('{"name": "o'), 400, /not valid JSON/],
  ['garbage', 'POST', '/api/tasks', raw('hello'), 400, /not valid JSON.*position 0|not valid JSON/],
  ['only white space', 'POST', '/api/tasks', raw('   '), 400, /not valid JSON/],
  ['no body', 'POST', '/api/workflow', {}, 400, /StartWorkflowRequest cannot be null/],
  ['an empty body declared as JSON', 'POST', '/api/tasks', raw(''), 400, /TaskResult cannot be null/],
  ['null', 'POST', '/api/workflow', raw('null'), 400, /StartWorkflowRequest cannot be null/],
  ['a list for an object', 'POST', '/api/workflow', raw('[]'), 400, /must be a JSON object/],
  ['a text for an object', 'POST', '/api/tasks', raw('"x"'), 400, /must be a JSON object/],
  ['a list for the input', 'POST', '/api/workflow/one', raw('[1]'), 400, /must be a JSON object/],
  ['no input at all', 'POST', '/api/workflow/one', {}, 400, /NULL input passed/],
  ['invalid UTF-8', 'POST', '/api/workflow', raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), 400, /UTF-8/],
  ['nesting of 5,000', 'POST', '/api/workflow/one', raw(`{"a":${nested}}`), 400, /nested more than 90/],
  ['unclosed nesting', 'POST', '/api/workflow/one', raw('['.repeat(50_000)), 400, /nested more than 90/],
  ['a __proto__ key', 'POST', '/api/workflow/one', raw('{"a":{"__proto__":{"b":1}}}'), 400, /__proto__/],
  ['an escaped __proto__ key', 'POST', '/api/workflow/one', raw('{"\\u005f_proto__":1}'), 400, /__proto__/],
  ['constructor.prototype', 'POST', '/api/workflow/one', raw('{"constructor":{"prototype":1}}'), 400, /constructor/],
  ['an integer that would be rounded', 'POST', '/api/workflow/one', raw('{"n":9007199254740993}'), 400, /kept exactly/],
  ['a number beyond a double', 'POST', '/api/workflow/one', raw('{"n":1e400}'), 400, /kept exactly/],
  ['123 digits', 'POST', '/api/workflow/one', raw(`{"n":${'7'.repeat(123)}}`), 400, /kept exactly/],
  ['minus zero', 'POST', '/api/workflow/one', raw('{"n":-0}'), 400, /kept exactly/],
  ['a body over the limit', 'POST', '/api/workflow/one', raw(`{"a":"${'x'.repeat(100_000)}"}`), 413, /too large/i],
  ['text/plain on a JSON route', 'POST', '/api/workflow/one', raw('{}', text), 415, /text\/plain/],
  ['a form', 'POST', '/api/tasks', raw('a=1', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
  ['multipart', 'POST', '/api/tasks', raw('x', { 'content-type': 'multipart/form-data; boundary=x' }), 415],
  ['a broken content type', 'POST', '/api/tasks', raw('{}', { 'content-type': '///' }), 415],
];

const starts: readonly Row[] = [
  ['no name', 'POST', '/api/workflow', { body: {} }, 400, validation],
  ['a name that is no text', 'POST', '/api/workflow', { body: { name: 5 } }, 400, validation],
  ['a blank name', 'POST', '/api/workflow', { body: { name: ' ' } }, 400, /Workflow name must be specified/],
  [
    'an unknown name',
    'POST',
    '/api/workflow',
    { body: { name: 'no' } },
    404,
    /^No such workflow defined\. name=no, version=null$/,
  ],
  ['an unknown version', 'POST', '/api/workflow', { body: { name: 'one', version: 9 } }, 404, /name=one, version=9$/],
  ['version 0', 'POST', '/api/workflow', { body: { name: 'one', version: 0 } }, 404],
  ['a version that is no number', 'POST', '/api/workflow', { body: { name: 'one', version: 'x' } }, 400, validation],
  ['the name __proto__', 'POST', '/api/workflow', { body: { name: '__proto__' } }, 404],
  ['the name constructor', 'POST', '/api/workflow', { body: { name: 'constructor' } }, 404],
  [
    'a null input',
    'POST',
    '/api/workflow',
    { body: { name: 'one', input: null } },
    400,
    /^NULL input passed when starting workflow$/,
  ],
  ['an input that is a list', 'POST', '/api/workflow', { body: { name: 'one', input: [] } }, 400, validation],
  ['priority -1', 'POST', '/api/workflow', { body: { name: 'one', priority: -1 } }, 400, validation],
  ['priority 100', 'POST', '/api/workflow', { body: { name: 'one', priority: 100 } }, 400, validation],
  [
    'domains that are no texts',
    'POST',
    '/api/workflow',
    { body: { name: 'one', taskToDomain: { a: 1 } } },
    400,
    validation,
  ],
  [
    'an invalid inline definition',
    'POST',
    '/api/workflow',
    { body: { name: 'x', workflowDef: { name: 'x' } } },
    400,
    validation,
  ],
  [
    'an inline definition that is a text',
    'POST',
    '/api/workflow',
    { body: { name: 'x', workflowDef: 'x' } },
    400,
    validation,
  ],
  [
    'external input',
    'POST',
    '/api/workflow',
    { body: { name: 'one', externalInputPayloadStoragePath: 'p' } },
    400,
    validation,
  ],
  [
    'an unknown name in the path',
    'POST',
    '/api/workflow/no',
    { body: {} },
    404,
    /^No such workflow found by name: no, version: null$/,
  ],
  ['an unknown version in the query', 'POST', '/api/workflow/one?version=3', { body: {} }, 404, /version: 3$/],
  [
    'a version that is a word',
    'POST',
    '/api/workflow/one?version=x',
    { body: {} },
    400,
    /version must be a whole number/,
  ],
  ['a version given twice', 'POST', '/api/workflow/one?version=1&version=2', { body: {} }, 400, /once/],
  ['a negative priority in the query', 'POST', '/api/workflow/one?priority=-1', { body: {} }, 400, validation],
  ['a priority of 100 in the query', 'POST', '/api/workflow/one?priority=100', { body: {} }, 400, validation],
];

const results: readonly Row[] = [
  ['no ids', 'POST', '/api/tasks', { body: { status: 'COMPLETED' } }, 400, validation],
  [
    'an unknown workflow',
    'POST',
    '/api/tasks',
    { body: { workflowInstanceId: nobody, taskId: nobody, status: 'COMPLETED' } },
    404,
  ],
  [
    'an unknown status',
    'POST',
    '/api/tasks',
    { body: { workflowInstanceId: 'w', taskId: 't', status: 'DONE' } },
    400,
    validation,
  ],
  ['no status', 'POST', '/api/tasks', { body: { workflowInstanceId: 'w', taskId: 't' } }, 400, validation],
  [
    'a status of tasks only',
    'POST',
    '/api/tasks',
    { body: { workflowInstanceId: 'w', taskId: 't', status: 'TIMED_OUT' } },
    400,
  ],
  [
    'output that is a text',
    'POST',
    '/api/tasks',
    { body: { workflowInstanceId: 'w', taskId: 't', status: 'FAILED', outputData: 'x' } },
    400,
  ],
  [
    'ids that are numbers',
    'POST',
    '/api/tasks',
    { body: { workflowInstanceId: 1, taskId: 2, status: 'FAILED' } },
    400,
    validation,
  ],
  [
    'logs that are no list',
    'POST',
    '/api/tasks',
    { body: { workflowInstanceId: 'w', taskId: 't', status: 'FAILED', logs: {} } },
    400,
  ],
  [
    'update-v2 of an unknown task: no 404',
    'POST',
    '/api/tasks/update-v2',
    { body: { workflowInstanceId: nobody, taskId: 't', status: 'COMPLETED' } },
    400,
    /No such/,
  ],
  ['update-v2 without ids', 'POST', '/api/tasks/update-v2', { body: {} }, 400, validation],
  [
    'a result by reference with an unknown status',
    'POST',
    `/api/tasks/${nobody}/ref/DONE`,
    { body: {} },
    400,
    /status must be one of/,
  ],
  ['a result by reference for an unknown workflow', 'POST', `/api/tasks/${nobody}/ref/COMPLETED`, { body: {} }, 404],
  ['a signal with a list', 'POST', `/api/tasks/${nobody}/COMPLETED/signal`, { body: [] }, 400],
  ['a signal with an unknown status', 'POST', `/api/tasks/${nobody}/CANCELED/signal`, { body: {} }, 400],
  ['a signal for an unknown workflow', 'POST', `/api/tasks/${nobody}/COMPLETED/signal`, { body: {} }, 404],
  ['a log of an unknown task', 'POST', `/api/tasks/${nobody}/log`, raw('x'), 404],
];

const paths: readonly Row[] = [
  ['an unknown path', 'GET', '/api/nowhere', {}, 404],
  ['the root', 'GET', '/', {}, 404],
  ['POST /api/token', 'POST', '/api/token', { body: { keyId: 'a' } }, 404],
  ['a path with the wrong method', 'PATCH', '/api/workflow', {}, 405, /'PATCH' is not supported/],
  ['a control route with GET', 'GET', `/api/workflow/${nobody}/pause`, {}, 405],
  ['a HEAD on a poll, which must take nothing', 'HEAD', '/api/tasks/poll/work', {}, 405],
  ['a legacy queue removal', 'DELETE', '/api/tasks/queue/size', {}, 405],
  ["rate limits, for the clients' sake", 'GET', '/api/metadata/workflow/one/rate-limit', {}, 404],
  ["tags, for the clients' sake", 'GET', '/api/metadata/workflow/one/tags', {}, 404],
  ['an unknown workflow', 'GET', `/api/workflow/${nobody}`, {}, 404, /^No such workflow found by id: /],
  ['an id with a slash and dots', 'GET', '/api/workflow/..%2f..%2fetc', {}, 404],
  ['an id of emoji', 'GET', '/api/workflow/%F0%9F%98%80', {}, 404],
  ['an id that is double-encoded', 'GET', '/api/workflow/%2525', {}, 404],
  ['an id that cannot be decoded', 'GET', '/api/workflow/%', {}, 400],
  ['an id of broken UTF-8', 'GET', '/api/workflow/%ff', {}, 400],
  ['an id of 1,000 characters', 'GET', `/api/workflow/${'x'.repeat(1_000)}`, {}, 400],
  ['an id of 10,000 characters', 'GET', `/api/workflow/${long}`, {}, 400],
  ['an id of spaces', 'GET', '/api/workflow/%20', {}, 400],
  ['the id __proto__', 'GET', '/api/workflow/__proto__', {}, 404],
  ['a NUL in an id', 'GET', '/api/workflow/a%00b', {}, 404],
  ['the status of nobody', 'GET', `/api/workflow/${nobody}/status`, {}, 404],
  ['the tasks of nobody', 'GET', `/api/workflow/${nobody}/tasks`, {}, 404],
  ['the events of nobody', 'GET', `/api/workflow/${nobody}/events`, {}, 404],
  ['the proof of nobody', 'GET', `/api/workflow/${nobody}/verify`, {}, 404],
  ['pausing nobody', 'PUT', `/api/workflow/${nobody}/pause`, {}, 404, /^No such workflow found by id: /],
  ['terminating nobody', 'DELETE', `/api/workflow/${nobody}`, {}, 404],
  ['retrying nobody', 'POST', `/api/workflow/${nobody}/retry`, {}, 404],
  ['an unknown task', 'GET', `/api/tasks/${nobody}`, {}, 404, /^Task not found for taskId: /],
  ['the proof of a negative event', 'GET', `/api/workflow/${nobody}?at=-1`, {}, 400],
  ['a flag that is none', 'GET', `/api/workflow/${nobody}?includeTasks=maybe`, {}, 400, /true or false/],
  ['a negative page', 'GET', `/api/workflow/${nobody}/tasks?start=-1`, {}, 400],
  ['a page of NaN', 'GET', '/api/workflow/search?start=NaN', {}, 400],
  [
    'a size over 5,000',
    'GET',
    '/api/workflow/search?size=5001',
    {},
    400,
    /^Cannot return more than 5000 workflows\. Please use pagination\.$/,
  ],
  ['a negative size', 'GET', '/api/workflow/search?size=-1', {}, 400],
  ['a repeated size', 'GET', '/api/workflow/search?size=1&size=2', {}, 400],
  [
    'an unknown search field',
    'GET',
    '/api/workflow/search?query=color%3Dred',
    {},
    400,
    /Unknown field .*'color' at character 1/,
  ],
  ['a search operator that is none', 'GET', '/api/workflow/search?query=status!%3Dx', {}, 400, /character 7/],
  ['an unclosed quote', 'GET', "/api/workflow/search?query=status%3D'x", {}, 400, /Unclosed quote at character 8/],
  ['injection', 'GET', "/api/workflow/search?query=status%3D'x'%20OR%201%3D1", {}, 400, /Expected AND/],
  ['free text', 'GET', '/api/workflow/search?freeText=hello', {}, 400, /hello/],
  ['an unknown sort field', 'GET', '/api/workflow/search?sort=color:ASC', {}, 400, /sort must be/],
  [
    'a poll that waits too long',
    'GET',
    '/api/tasks/poll/batch/work?timeout=5001',
    {},
    400,
    /^Long Poll Timeout value cannot be more than 5 seconds$/,
  ],
  ['a poll that waits a negative time', 'GET', '/api/tasks/poll/batch/work?timeout=-1', {}, 400],
  ['a poll of a negative count', 'GET', '/api/tasks/poll/batch/work?count=-1', {}, 400],
  ['a poll of a count that is a word', 'GET', '/api/tasks/poll/batch/work?count=all', {}, 400],
  ['a domain of 5,000 characters', 'GET', `/api/tasks/poll/batch/work?domain=${'d'.repeat(5_000)}`, {}, 400],
  ['a worker of 5,000 characters', 'GET', `/api/tasks/poll/work?workerid=${'w'.repeat(5_000)}`, {}, 400],
  ['a queue size of nothing', 'GET', '/api/tasks/queue/size', {}, 400],
  ['poll data of nothing', 'GET', '/api/tasks/queue/polldata', {}, 400],
];

const definitions: readonly Row[] = [
  [
    'a definition that is there',
    'POST',
    '/api/metadata/workflow',
    { body: workflowDef('one', [simpleTask('work')]) },
    409,
    /^Workflow with one\.1 already exists!$/,
  ],
  ['a definition without tasks', 'POST', '/api/metadata/workflow', { body: workflowDef('x', []) }, 400, validation],
  [
    'a definition without a name',
    'POST',
    '/api/metadata/workflow',
    { body: workflowDef('', [simpleTask('work')]) },
    400,
    validation,
  ],
  ['no definition', 'POST', '/api/metadata/workflow', {}, 400, validation],
  ['a null definition', 'POST', '/api/metadata/workflow', raw('null'), 400, validation],
  ['a list where one is wanted', 'POST', '/api/metadata/workflow', { body: [] }, 400],
  [
    'one where a list is wanted',
    'PUT',
    '/api/metadata/workflow',
    { body: workflowDef('x', [simpleTask('work')]) },
    400,
    /must be a JSON list/,
  ],
  ['an empty list', 'PUT', '/api/metadata/workflow', { body: [] }, 400, validation],
  ['a list with null', 'PUT', '/api/metadata/workflow', { body: [null] }, 400, validation],
  [
    'doubled references',
    'POST',
    '/api/metadata/workflow/validate',
    { body: workflowDef('x', [simpleTask('a'), simpleTask('a')]) },
    400,
    validation,
  ],
  ['a bad overwrite flag', 'POST', '/api/metadata/workflow?overwrite=2', { body: {} }, 400, /true or false/],
  [
    'an unknown definition',
    'GET',
    '/api/metadata/workflow/no',
    {},
    404,
    /^No such workflow found by name: no, version: null$/,
  ],
  ['an unknown version', 'GET', '/api/metadata/workflow/one?version=7', {}, 404, /version: 7$/],
  ['a version that is a word', 'GET', '/api/metadata/workflow/one?version=last', {}, 400],
  ['removing an unknown version', 'DELETE', '/api/metadata/workflow/one/7', {}, 404],
  ['removing a version that is a word', 'DELETE', '/api/metadata/workflow/one/last', {}, 400],
  ['no task definitions', 'POST', '/api/metadata/taskdefs', { body: [] }, 400, validation],
  ['a task definition where a list is wanted', 'POST', '/api/metadata/taskdefs', { body: taskDef('x') }, 400],
  [
    'a task definition with a negative retry count',
    'POST',
    '/api/metadata/taskdefs',
    { body: [taskDef('x', { retryCount: -1 })] },
    400,
    validation,
  ],
  [
    'updating an unknown task definition',
    'PUT',
    '/api/metadata/taskdefs',
    { body: taskDef('no') },
    404,
    /^No such task by name no$/,
  ],
  ['an unknown task definition', 'GET', '/api/metadata/taskdefs/no', {}, 404, /^No such taskType found by name: no$/],
  ['removing an unknown task definition', 'DELETE', '/api/metadata/taskdefs/no', {}, 404],
];

const strangers: readonly Row[] = [
  ['a foreign host', 'GET', '/health', { headers: { host: 'evil.example' } }, 403],
  ['a foreign host that ends in ours', 'GET', '/health', { headers: { host: 'localhost.evil.example' } }, 403],
  [
    'a foreign origin',
    'POST',
    '/api/workflow',
    { body: { name: 'one' }, headers: { origin: 'http://evil.example' } },
    403,
  ],
  ['the null origin', 'GET', '/api/workflow/search', { headers: { origin: 'null' } }, 403],
  [
    'a page of another port',
    'GET',
    '/health',
    { headers: { host: 'localhost:8080', origin: 'http://localhost:9999' } },
    403,
  ],
  [
    'a preflight from a foreign origin',
    'OPTIONS',
    '/api/workflow',
    { headers: { origin: 'http://evil.example' } },
    403,
  ],
];

describe.each([
  ['bodies', bodies],
  ['starts', starts],
  ['results', results],
  ['paths and queries', paths],
  ['definitions', definitions],
  ['strangers', strangers],
] as const)('%s', (_group, rows) => {
  // As objects: with a row that is too short, jest would hand the test a callback in place of the missing value, and wait for it.
  const cases = rows.map(([what, method, url, request, status, message = /./]) => ({
    what,
    method,
    url,
    request,
    status,
    message,
  }));
  it.each(cases)('answers $what', async ({ method, url, request, status, message }) => {
    const reply = await call(method, url, request);
    expect({ status: reply.status, message: reply.json?.message }).toEqual({
      status,
      message: expect.stringMatching(message) as string,
    });
    expect(reply.json).toMatchObject({ status, retryable: false });
    if (message === validation) {
      expect(reply.json.validationErrors.length).toBeGreaterThan(0);
      expect(typeof reply.json.validationErrors[0].path).toBe('string');
    }
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('results that come too late', () => {
  it.each([
    ['a finished task', () => ({ workflowInstanceId: known.ended, taskId: known.endedTask, status: 'COMPLETED' })],
    [
      'a finished task, failing',
      () => ({ workflowInstanceId: known.ended, taskId: known.endedTask, status: 'FAILED' }),
    ],
    [
      'a lease of a finished task',
      () => ({ workflowInstanceId: known.ended, taskId: known.endedTask, extendLease: true }),
    ],
  ])('accepts %s without effect', async (_what, result) => {
    const before = await call('GET', `/api/workflow/${known.ended}`);
    expect(await call('POST', '/api/tasks', { body: result() })).toMatchObject({ status: 200, text: known.endedTask });
    expect(await call('POST', '/api/tasks/update-v2', { body: result() })).toMatchObject({ status: 204, text: '' });
    expect((await call('GET', `/api/workflow/${known.ended}`)).json).toEqual(before.json);
  });

  it("refuses a result that names another workflow's task", async () => {
    const result = { workflowInstanceId: known.ended, taskId: known.task, status: 'COMPLETED' };
    expect(await call('POST', '/api/tasks', { body: result })).toMatchObject({ status: 404 });
    expect((await call('GET', `/api/tasks/${known.task}`)).json).toMatchObject({ status: 'IN_PROGRESS' });
  });

  it('clamps a callback that is negative or far away', async () => {
    const { running, task } = known;
    for (const callbackAfterSeconds of [1e12, -1]) {
      const body = { workflowInstanceId: running, taskId: task, status: 'IN_PROGRESS', callbackAfterSeconds };
      expect(await call('POST', '/api/tasks', { body })).toMatchObject({ status: 200 });
    }
    expect((await call('GET', `/api/tasks/${task}`)).json).toMatchObject({
      status: 'SCHEDULED',
      callbackAfterSeconds: 0,
    });
  });
});

describe('what is odd but right', () => {
  it('keeps numbers, surrogates and NUL exactly as they came', async () => {
    const input =
      '{"n":9007199254740991,"f":0.30000000000000004,"e":1e21,"s":"\\ud800\\u0000","k\\u0000":null,"d":"9007199254740993"}';
    const { text: id } = await call('POST', '/api/workflow/one', { raw: input });
    expect((await call('GET', `/api/workflow/${id}`)).json.input).toEqual(JSON.parse(input));
  });

  it('drops a byte order mark', async () => {
    expect(await call('POST', '/api/workflow/one', { raw: '\uFEFF{}' })).toMatchObject({ status: 200 });
  });

  it('takes nesting of 90 in a body and refuses 91', async () => {
    const input = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    expect(await call('POST', '/api/workflow/one', { raw: input(90) })).toMatchObject({ status: 200 });
    expect(await call('POST', '/api/workflow/one', { raw: input(91) })).toMatchObject({ status: 400 });
  });

  it('takes a body at the limit', async () => {
    const input = `{"a":"${'x'.repeat(100_000 - 8)}"}`;
    expect(input).toHaveLength(100_000);
    expect(await call('POST', '/api/workflow/one', { raw: input })).toMatchObject({ status: 200 });
  });

  it('ignores unknown properties and the accept header', async () => {
    const reply = await call('POST', '/api/workflow', {
      body: { name: 'one', color: 'red', status: 'COMPLETED', workflowId: 'mine', createdBy: 'me' },
      headers: { accept: 'image/png' },
    });
    expect(reply).toMatchObject({ status: 200 });
    expect((await call('GET', `/api/workflow/${reply.text}`)).json).toMatchObject({ status: 'RUNNING' });
    expect(reply.text).not.toBe('mine');
  });

  it.each(['application/json;charset=utf-8', 'application/vnd.api+json', 'Application/JSON'])(
    'takes %s as JSON',
    async (type) => {
      const reply = await call('POST', '/api/workflow/one', { raw: '{}', headers: { 'content-type': type } });
      expect(reply).toMatchObject({ status: 200 });
    },
  );

  it('hands out at most what a poll may take', async () => {
    expect(await call('GET', '/api/tasks/poll/batch/other?count=100000&timeout=0')).toMatchObject({
      status: 200,
      text: '[]',
    });
    expect(await call('GET', '/api/tasks/poll/batch/other?count=0&timeout=0')).toMatchObject({
      status: 200,
      text: '[]',
    });
  });

  it('lets its own page and configured names in', async () => {
    const headers = { host: 'localhost:8080', origin: 'http://localhost:8080' };
    expect(await call('GET', '/health', { headers })).toMatchObject({ status: 200 });
    expect(await call('GET', '/health', { headers: { host: '[::1]:80' } })).toMatchObject({ status: 200 });
  });
});

import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import type { JsonObject } from '@dacapo/contracts';

import type { BuiltInResult, TaskToRun } from '../built-in-task.js';
import { limits } from '../limits.js';
import { aFreePort, TestServer } from '../testing/http-server.js';
import { aContext, aTaskToRun } from '../testing/tasks.js';
import { AddressGuard } from './address-guard.js';
import { HttpClient } from './http-client.js';
import { HttpTask } from './http-task.js';

const guard = new AddressGuard({ privateAddresses: 'allow' });
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function aServer(answer: RequestListener): Promise<TestServer> {
  const server = await TestServer.http(answer);
  servers.push(server);
  return server;
}

async function aTcpServer(speak: Parameters<typeof TestServer.tcp>[0]): Promise<TestServer> {
  const server = await TestServer.tcp(speak);
  servers.push(server);
  return server;
}

function json(value: unknown, statusCode = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

function run(input: JsonObject, fields: Partial<TaskToRun> = {}, totalMs?: number): Promise<BuiltInResult> {
  const client = new HttpClient({ guard, ...(totalMs === undefined ? {} : { totalMs }) });
  return new HttpTask(client).execute(aTaskToRun(input, fields), aContext());
}

const get = (uri: string, more: JsonObject = {}): JsonObject => ({ http_request: { uri, method: 'GET', ...more } });
const failure = 'Failed to invoke HTTP task due to: java.lang.Exception: ';
const mapIn = ({ output = {} }: BuiltInResult, key: string): JsonObject => output[key] as JsonObject;
const codeOf = (result: BuiltInResult): unknown => mapIn(result, 'error')['code'];

describe('HTTP', () => {
  it('gives the answer with its body, headers as lists, status and phrase', async () => {
    const server = await aServer((_request, response) => {
      response.setHeader('X-Two', ['a', 'b']);
      response.setHeader('Content-Type', 'application/json');
      response.end('{"n":1,"list":[true,null]}');
    });
    const result = await run(get(`${server.url}/path?q=1`));
    expect(result).toMatchObject({
      status: 'COMPLETED',
      output: {
        response: {
          body: { n: 1, list: [true, null] },
          headers: { 'X-Two': ['a', 'b'], 'Content-Type': ['application/json'] },
          statusCode: 200,
          reasonPhrase: 'OK',
        },
      },
    });
    expect(server.received[0]).toMatchObject({
      method: 'GET',
      url: '/path?q=1',
      headers: { accept: 'application/json', host: `127.0.0.1:${server.port}` },
    });
    expect(server.received[0]?.headers['content-type']).toBeUndefined();
  });

  it('takes the same keys from the input itself', async () => {
    const server = await aServer(json('yes'));
    const result = await run({ uri: server.url, method: 'get' });
    expect(result).toMatchObject({ status: 'COMPLETED', output: { response: { body: 'yes' } } });
  });

  it.each([
    ['an object', '{"a":{"b":[1]}}', { a: { b: [1] } }],
    ['a list', '[1,"x"]', [1, 'x']],
    ['a number', '5', 5],
    ['a quoted text', '"x y"', 'x y'],
    ['true', 'true', 'true'],
    ['null', 'null', 'null'],
    ['no JSON', 'hello <b>', 'hello <b>'],
    ['a prototype', '{"__proto__":{"polluted":1},"a":{"\\u005f_proto__":2,"b":1}}', { a: { b: 1 } }],
    ['nothing', '', undefined],
  ])('reads %s as a body', async (_what, body, expected) => {
    const server = await aServer((_request, response) => response.end(body));
    const response = mapIn(await run(get(server.url)), 'response');
    expect(response['body']).toEqual(expected);
    expect(Object.hasOwn(response, 'body')).toBe(expected !== undefined);
  });

  it('leaves JSON that is nested too deep as text', async () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const [depth, type] of [
      [limits.jsonDepth, 'object'],
      [limits.jsonDepth + 1, 'string'],
      [100_000, 'string'],
    ] as const) {
      const server = await aServer((_request, response) => response.end(nested(depth)));
      expect(typeof mapIn(await run(get(server.url)), 'response')['body']).toBe(type);
    }
  });

  it.each([
    ['a map as JSON', { body: { a: [1, 'ü'] } }, '{"a":[1,"ü"]}', 'application/json'],
    ['a list as JSON', { body: [1] }, '[1]', 'application/json'],
    ['a text as it is', { body: 'a "text"' }, 'a "text"', 'application/json'],
    ['a number', { body: 0 }, '0', 'application/json'],
    [
      'a form',
      { body: { a: 'x y', b: [1, 2], c: null }, contentType: 'application/x-www-form-urlencoded' },
      'a=x+y&b=1&b=2',
      'application/x-www-form-urlencoded',
    ],
    ['text of a kind', { body: '<a/>', contentType: 'application/xml' }, '<a/>', 'application/xml'],
    ['a kind given as header', { body: 'x', headers: { 'Content-Type': 'text/plain' } }, 'x', 'text/plain'],
    ['nothing', {}, '', undefined],
  ])('sends %s', async (_what, fields, body, contentType) => {
    const server = await aServer(json({}));
    await run({ http_request: { uri: server.url, method: 'POST', ...fields } });
    const [received] = server.received;
    expect(received?.body).toBe(body);
    expect(received?.headers['content-type']).toBe(contentType);
    expect(received?.headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'])('sends %s', async (method) => {
    const server = await aServer(json({ ok: true }));
    const result = await run({ http_request: { uri: server.url, method } });
    expect(result.status).toBe('COMPLETED');
    expect(server.received[0]?.method).toBe(method);
  });

  it('sends one header for each value of a list, leaves out null, and accepts what the list says', async () => {
    const server = await aServer(json({}));
    const headers = {
      'X-Key': ['a', 'b'],
      'X-Number': 7,
      'X-None': null,
      'Content-Length': '999',
      Connection: 'upgrade',
    };
    await run(get(server.url, { headers, accept: ['text/csv', 'application/json'] }));
    const [received] = server.received;
    const of = (name: string): readonly string[] =>
      (received?.rawHeaders ?? []).filter((_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === name);
    expect(of('x-key')).toEqual(['a', 'b']);
    expect(of('x-number')).toEqual(['7']);
    expect(of('x-none')).toEqual([]);
    expect(of('content-length')).toEqual([]);
    expect(of('accept')).toEqual(['text/csv, application/json']);
  });

  it('stays open when the input says asyncComplete', async () => {
    const server = await aServer(json({ n: 1 }));
    const result = await run({ asyncComplete: true, ...get(server.url) });
    expect(result).toMatchObject({ status: 'IN_PROGRESS', output: { response: { statusCode: 200 } } });
    expect(result.callbackAfterSeconds).toBeUndefined();
  });

  it.each([false, 'true', 1, null])('ends when asyncComplete is %j, as the engine reads it', async (asyncComplete) => {
    const server = await aServer(json({}));
    expect(await run({ ...get(server.url), asyncComplete })).toMatchObject({ status: 'COMPLETED' });
  });

  it('fails for any other status, with the error as text and what a workflow can decide on', async () => {
    const server = await aServer(json({ why: 'gone' }, 404));
    expect(await run({ ...get(server.url), asyncComplete: true })).toEqual({
      status: 'FAILED',
      reasonForIncompletion: `${failure}404 Not Found: "{"why":"gone"}"`,
      output: {
        response: 'java.lang.Exception: 404 Not Found: "{"why":"gone"}"',
        error: expect.objectContaining({ statusCode: 404, reasonPhrase: 'Not Found', body: { why: 'gone' } }),
      },
    });
  });

  it.each([
    [500, '', '500 Internal Server Error: [no body]'],
    [304, '', '304 Not Modified: [no body]'],
    [503, 'a\r\nb\u0007', '503 Service Unavailable: "a<EOL>b?"'],
    [418, 'x'.repeat(5_000), `418 I'm a Teapot: "${'x'.repeat(limits.quotedCharacters)}..."`],
  ])('tells of status %d', async (statusCode, body, detail) => {
    const server = await aServer((_request, response) => response.writeHead(statusCode).end(body));
    expect((await run(get(server.url))).reasonForIncompletion).toBe(`${failure}${detail}`);
  });

  it.each([
    ['no uri', {}, 'Missing HTTP URI.  See documentation for HttpTask for required input parameters'],
    [
      'an empty request',
      { http_request: {} },
      'Missing HTTP URI.  See documentation for HttpTask for required input parameters',
    ],
    ['no method', { uri: 'http://127.0.0.1/' }, 'No HTTP method specified'],
  ])('says what is missing: %s', async (_what, input, reason) => {
    expect(await run(input)).toEqual({ status: 'FAILED', reasonForIncompletion: reason, output: {} });
  });

  it.each([
    ['another scheme', { uri: 'file:///etc/passwd' }],
    ['data', { uri: 'data:text/plain,x' }],
    ['no scheme', { uri: '/path' }],
    ['a user that cannot be decoded', { uri: 'http://%zz@127.0.0.1/' }],
    ['a line break in the path', { uri: 'http://127.0.0.1/a\r\nHost: evil' }],
    ['a line break in the method', { method: 'GET / HTTP/1.1\r\nX: y' }],
    ['another method', { method: 'CONNECT' }],
    ['a line break in a header', { headers: { a: 'x\r\nb: y' } }],
    ['a line break in a list', { headers: { a: ['x', 'x\nb: y'] } }],
    ['a line break in a name', { headers: { 'a\r\nb': 'x' } }],
    ['a line break in accept', { accept: 'x\r\nb: y' }],
    ['a header that is no Latin-1', { headers: { a: '\u20ac' } }],
    ['headers that are no map', { headers: 'x' }],
    ['a timeout that is no number', { readTimeOut: 'soon' }],
  ])('refuses %s before anything is sent', async (_what, fields) => {
    const server = await aServer(json({}));
    const result = await run(get(server.url, fields));
    expect(result.status).toBe('FAILED');
    expect(result.reasonForIncompletion).toContain(failure);
    expect(codeOf(result)).toBe('REQUEST_INVALID');
    expect(server.received).toEqual([]);
  });

  it('sends user and password of the uri as credentials, unless there is a header for that', async () => {
    const server = await aServer(json({}));
    const uri = server.url.replace('//', '//me:p%40ss@');
    await run(get(uri));
    await run(get(uri, { headers: { Authorization: 'Bearer x' } }));
    const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([basic, 'Bearer x']);
  });

  it('shows no key of a query and no password in a reason', async () => {
    const port = await aFreePort();
    const { reasonForIncompletion } = await run(get(`http://me:secret@127.0.0.1:${port}/a?key=secret`));
    expect(reasonForIncompletion).toBe(
      `${failure}I/O error on GET request for "http://127.0.0.1:${port}/a": Connection refused`,
    );
  });

  describe('decompresses', () => {
    it.each([
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ])('%s', async (encoding, compress) => {
      const server = await aServer((_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(compress(Buffer.from('{"a":1}')));
      });
      const { output } = await run(get(server.url));
      expect(output).toMatchObject({ response: { body: { a: 1 } } });
    });

    it('and takes what is exactly as large as it may be', async () => {
      const server = await aServer((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(limits.httpBodyBytes, 'x')));
      });
      expect((await run(get(server.url))).status).toBe('COMPLETED');
    });
  });

  describe('ends with a named reason when the server', () => {
    const expectFault = async (server: TestServer, code: string, more: JsonObject = {}, totalMs?: number) => {
      const result = await run(get(server.url, more), {}, totalMs);
      expect(result.status).toBe('FAILED');
      expect(result.reasonForIncompletion).toContain(`${failure}I/O error on GET request for "${server.url}/": `);
      expect(codeOf(result)).toBe(code);
    };

    it('is not there', async () => {
      const port = await aFreePort();
      const result = await run(get(`http://127.0.0.1:${port}/`));
      expect(codeOf(result)).toBe('CONNECTION_REFUSED');
    });

    it('has no name', async () => {
      const result = await run(get('http://nobody.invalid/'));
      expect(codeOf(result)).toBe('NAME_NOT_FOUND');
    });

    it('says nothing', async () => {
      await expectFault(await aServer(() => undefined), 'READ_TIMEOUT', { readTimeOut: 50 });
      await expectFault(await aServer(() => undefined), 'READ_TIMEOUT', { readTimeout: '50' });
    });

    it('stops in the middle', async () => {
      const server = await aServer((_request, response) => void response.writeHead(200).write('{"a":'));
      await expectFault(server, 'READ_TIMEOUT', { readTimeOut: 50 });
    });

    it('closes in the middle', async () => {
      const server = await aServer((_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('x');
        setImmediate(() => response.destroy());
      });
      await expectFault(server, 'CONNECTION_LOST');
    });

    it('closes without a word', async () => {
      await expectFault(await aTcpServer((socket) => socket.destroy()), 'CONNECTION_LOST');
    });

    it('is slow without end', async () => {
      const server = await aServer((_request, response) => {
        const drip = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(drip));
      });
      await expectFault(server, 'TOTAL_TIMEOUT', { readTimeOut: 1_000 }, 150);
    });

    it('drips its headers', async () => {
      const server = await aTcpServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.write('a: b\r\n'), 10);
        socket.on('close', () => clearInterval(drip));
      });
      await expectFault(server, 'READ_TIMEOUT', { readTimeOut: 100 });
    });

    it('sends without end', async () => {
      const piece = randomBytes(64 * 1024);
      const server = await aServer((_request, response) => {
        const push = (): void => {
          while (!response.destroyed && response.write(piece));
        };
        response.on('drain', push);
        push();
      });
      await expectFault(server, 'ANSWER_TOO_LARGE');
    });

    it('sends a bomb', async () => {
      const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
      const server = await aServer((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      });
      await expectFault(server, 'ANSWER_TOO_LARGE');
    });

    it('sends one byte too many', async () => {
      const server = await aServer((_request, response) => response.end(Buffer.alloc(limits.httpBodyBytes + 1)));
      await expectFault(server, 'ANSWER_TOO_LARGE');
    });

    it.each([
      ['gzip', 'this is no gzip'],
      ['br', 'neither is this br'],
      ['gzip', gzipSync('half of it').subarray(0, 15)],
      ['gzip, gzip', gzipSync(gzipSync('twice'))],
      ['zip', 'x'],
    ])('says %s and sends something else', async (encoding, body) => {
      const server = await aServer((_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(body);
      });
      await expectFault(server, 'ANSWER_MALFORMED');
    });

    it.each([
      [limits.httpHeaders - 5, 'COMPLETED'],
      [limits.httpHeaders + 1, 'FAILED'],
      [1_000, 'FAILED'],
    ])('sends %d headers', async (count, status) => {
      const server = await aServer((_request, response) => {
        for (let n = 0; n < count; n++) response.setHeader(`x-${n}`, 'y');
        response.end('{}');
      });
      const result = await run(get(server.url));
      expect(result.status).toBe(status);
      if (status === 'FAILED') expect(codeOf(result)).toBe('TOO_MANY_HEADERS');
    });

    it('sends headers of a megabyte', async () => {
      const server = await aTcpServer((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(1_000_000)}\r\n\r\n`);
      });
      await expectFault(server, 'TOO_MANY_HEADERS');
    });

    it.each([
      ['noise', 'SSH-2.0-OpenSSH_9.0\r\n'],
      ['a length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
      ['bad chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx'],
      ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ])('speaks no HTTP: %s', async (_what, bytes) => {
      await expectFault(await aTcpServer((socket) => socket.write(bytes)), 'ANSWER_MALFORMED');
    });

    it('speaks no TLS', async () => {
      const server = await aTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      const result = await run(get(`https://127.0.0.1:${server.port}/`));
      expect(codeOf(result)).toBe('TLS_FAILED');
    });
  });

  it('stops when the process does', async () => {
    const server = await aServer(() => undefined);
    const stop = new AbortController();
    const task = new HttpTask(new HttpClient({ guard }));
    const result = task.execute(aTaskToRun(get(server.url)), { ...aContext(), signal: stop.signal });
    while (server.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(codeOf(await result)).toBe('STOPPED');
  });

  it('leaves nothing behind: no timer, no connection', async () => {
    const server = await aServer(json({}));
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await run(get(server.url));
    await run(get(`http://127.0.0.1:${await aFreePort()}/`));
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

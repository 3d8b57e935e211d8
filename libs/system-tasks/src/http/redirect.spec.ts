import type { JsonObject } from '@dacapo/contracts';

import { TestServer } from '../testing/http-server.js';
import { aContext, aTaskToRun } from '../testing/tasks.js';
import { limits } from '../limits.js';
import { AddressGuard } from './address-guard.js';
import { HttpClient } from './http-client.js';
import { HttpTask } from './http-task.js';

describe('a redirect', () => {
  let here: TestServer;
  let there: TestServer;
  let location: (url: string) => string;
  let statusCode: number;

  beforeEach(async () => {
    statusCode = 302;
    here = await TestServer.http((request, response) => {
      if (request.url === '/end') response.end('"here"');
      else response.writeHead(statusCode, { location: location(request.url ?? '') }).end();
    });
    there = await TestServer.http((_request, response) => response.end('"there"'));
  });

  afterEach(async () => {
    await Promise.all([here.close(), there.close()]);
  });

  const run = (fields: JsonObject = {}, guard = new AddressGuard({ privateAddresses: 'allow' })) =>
    new HttpTask(new HttpClient({ guard })).execute(
      aTaskToRun({ http_request: { uri: `${here.url}/1`, method: 'GET', ...fields } }),
      aContext(),
    );
  const secrets = { Authorization: 'Bearer x', Cookie: 'c', 'X-Api-Key': 'k', 'Accept-Language': 'de' };

  it('is followed at the same origin with all headers', async () => {
    location = () => '/end';
    expect(await run({ headers: secrets })).toMatchObject({ output: { response: { body: 'here' } } });
    expect(here.received[1]?.headers).toMatchObject({ authorization: 'Bearer x', cookie: 'c', 'x-api-key': 'k' });
  });

  it('loses credentials, by whatever name, at another origin', async () => {
    location = () => there.url.replace('//', '//user:pass@');
    expect(await run({ headers: secrets, uri: here.url.replace('//', '//me:secret@') })).toMatchObject({
      output: { response: { body: 'there' } },
    });
    const headers = there.received[0]?.headers ?? {};
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(headers[name]).toBeUndefined();
    expect(headers).toMatchObject({ 'accept-language': 'de', host: `127.0.0.1:${there.port}` });
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', '{"a":1}'],
    [307, 'POST', 'POST', '{"a":1}'],
    [308, 'POST', 'POST', '{"a":1}'],
  ])('with %d after %s becomes %s', async (status, method, next, body) => {
    statusCode = status;
    location = () => '/end';
    await run({ method, body: { a: 1 } });
    expect(here.received[1]).toMatchObject({ method: next, body });
    expect(here.received[1]?.headers['content-type']).toBe(body === '' ? undefined : 'application/json');
  });

  it('is followed so often and no more', async () => {
    location = (url) => (url === `/${limits.httpRedirects}` ? '/end' : `/${Number(url.slice(1)) + 1}`);
    expect((await run()).status).toBe('COMPLETED');
    location = () => '/1';
    expect(await run()).toMatchObject({ output: { error: { code: 'TOO_MANY_REDIRECTS' } } });
  });

  it.each(['file:///etc/passwd', 'data:text/plain,x', 'ftp://127.0.0.1/', 'http://'])(
    'to %s is refused',
    async (to) => {
      location = () => to;
      expect(await run()).toMatchObject({ output: { error: { code: 'ANSWER_MALFORMED' } } });
    },
  );

  it('is checked like the first address', async () => {
    location = () => 'http://169.254.169.254/latest/meta-data';
    expect(await run()).toMatchObject({ output: { error: { code: 'ADDRESS_DENIED' } } });
    location = () => there.url;
    const resolve = (name: string) =>
      Promise.resolve([{ address: name === '127.0.0.1' ? '10.0.0.1' : '127.0.0.1', family: 4 }]);
    const guard = new AddressGuard({ privateAddresses: 'deny', allowed: ['127.0.0.1'] }, resolve);
    expect(await run({ uri: `http://start.test:${here.port}/1` }, guard)).toMatchObject({
      output: { error: { code: 'ADDRESS_DENIED' } },
    });
    expect(there.received).toEqual([]);
  });
});

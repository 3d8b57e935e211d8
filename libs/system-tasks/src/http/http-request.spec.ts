import type { JsonObject } from '@dacapo/contracts';

import { limits } from '../limits.js';
import { type HttpRequest, readRequest, requestMapOf } from './http-request.js';

function read(fields: JsonObject = {}): HttpRequest {
  const outcome = readRequest({ uri: 'http://a.test/', method: 'GET', ...fields });
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.request;
}

describe('the request of an input', () => {
  it('stands under http_request, or is the input', () => {
    expect(requestMapOf({ http_request: { uri: 'x' }, uri: 'y' })).toEqual({ uri: 'x' });
    for (const http_request of [undefined, null, 'text', []])
      expect(requestMapOf({ http_request, uri: 'y' })).toMatchObject({ uri: 'y' });
  });

  it.each([
    [undefined, limits.httpReadMs],
    [null, limits.httpReadMs],
    [500, 500],
    ['500', 500],
    [0.5, 1],
    [0, limits.httpMs],
    [limits.httpMs - 1, limits.httpMs - 1],
    [limits.httpMs, limits.httpMs],
    [limits.httpMs + 1, limits.httpMs],
    [2_147_483_648, limits.httpMs],
  ])('reads a timeout of %j as %d ms', (given, expected) => {
    expect(read({ readTimeOut: given }).readMs).toBe(expected);
    expect(read({ readTimeout: given }).readMs).toBe(expected);
    expect(read({ connectionTimeOut: given }).connectMs).toBe(expected);
  });

  it.each([-1, 'x', {}, [], true, '1e3', Number.NaN])('refuses a timeout of %j', (given) => {
    for (const key of ['readTimeOut', 'connectionTimeOut'])
      expect(readRequest({ uri: 'http://a.test/', method: 'GET', [key]: given })).toMatchObject({
        ok: false,
        reason: `${key} must be a number of milliseconds`,
      });
  });

  it('bounds the uri and the headers', () => {
    const uri = (characters: number): string => `http://a.test/${'x'.repeat(characters - 14)}`;
    const headers = (count: number): JsonObject => ({ h: Array.from({ length: count }, () => 'v') });
    expect(
      read({ uri: uri(limits.uriCharacters), headers: headers(limits.httpHeaders) }).headers.get('h'),
    ).toHaveLength(limits.httpHeaders);
    for (const fields of [{ uri: uri(limits.uriCharacters + 1) }, { headers: headers(limits.httpHeaders + 1) }])
      expect(() => read(fields)).toThrow(/must not be/);
  });

  it('takes headers by any spelling as one', () => {
    const { headers } = read({ headers: { ACCEPT: 'text/plain', 'X-A': 1, 'x-a': true } });
    expect([...headers]).toEqual([
      ['accept', ['text/plain']],
      ['x-a', ['1', 'true']],
    ]);
  });

  it('has no body for TRACE, and none for null', () => {
    expect(read({ method: 'TRACE', body: 'x' }).body).toBeUndefined();
    expect(read({ method: 'POST', body: null }).body).toBeUndefined();
    expect(read({ method: 'POST', body: '' }).body).toEqual(Buffer.alloc(0));
  });
});

/** Where an answer sends the request next. Pure. */
import { type HttpAnswer, valuesOf } from './http-answer.js';
import { HttpFault } from './http-fault.js';
import type { HttpRequest } from './http-request.js';
import type { Headers } from './request-headers.js';

/** Headers that another server may see. A list of what is allowed: an API key has many names. */
const harmless = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent']);

/** The next request, or undefined when this answer is the last one. Throws HttpFault when it leads out of http. */
export function redirectOf(request: HttpRequest, answer: HttpAnswer): HttpRequest | undefined {
  const { statusCode } = answer;
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const location = valuesOf(answer.rawHeaders, 'location')[0];
  if (location === undefined) return undefined;
  const url = URL.parse(location, request.url.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new HttpFault('ANSWER_MALFORMED', 'The answer redirects to something that is no http or https URL');
  // What stands before the @ would be somebody's credentials.
  url.username = '';
  url.password = '';
  const isSame = url.origin === request.url.origin;
  if (isSame) {
    url.username = request.url.username;
    url.password = request.url.password;
  }
  const { body, ...rest } = request;
  const headers = isSame ? request.headers : harmlessOf(request.headers);
  const becomesGet = statusCode === 303 ? request.method !== 'HEAD' : statusCode < 303 && request.method === 'POST';
  if (becomesGet) return { ...rest, url, method: 'GET', headers: without(headers, 'content-type') };
  return { ...rest, url, headers, ...(body === undefined ? {} : { body }) };
}

function harmlessOf(headers: Headers): Headers {
  return new Map([...headers].filter(([name]) => harmless.has(name)));
}

function without(headers: Headers, name: string): Headers {
  return new Map([...headers].filter(([each]) => each !== name));
}

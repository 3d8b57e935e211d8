/** One request and its answer on a connection of its own, within bounds. Node's own client: it alone can be told which address to use. */
import type { LookupAddress } from 'node:dns';
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

import { limits } from '../limits.js';
import { readBody } from './answer-body.js';
import type { HttpAnswer } from './http-answer.js';
import { faultOf, HttpFault } from './http-fault.js';
import type { HttpRequest } from './http-request.js';

// A kept connection that the server closes just then would fail a task for nothing. No proxies either: these agents know no environment.
const agents = { 'http:': new HttpAgent({ keepAlive: false }), 'https:': new HttpsAgent({ keepAlive: false }) };

type AddressesOf = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Throws HttpFault. */
export async function exchange(
  request: HttpRequest,
  addressesOf: AddressesOf,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const watch = new Watch(signal);
  let outgoing: ClientRequest | undefined;
  try {
    watch.expect(request.connectMs, new HttpFault('CONNECT_TIMEOUT', 'Connect timed out'));
    const addresses = await watch.orEnd(addressesOf(request.url.hostname));
    outgoing = open(request, addresses);
    // After the answer has begun as well: the parser says here that a body is no HTTP.
    outgoing.on('error', (error) => watch.fail(error));
    const silence = (): void => watch.expect(request.readMs, new HttpFault('READ_TIMEOUT', 'Read timed out'));
    const incoming = await watch.orEnd(send(outgoing, request, silence));
    if (incoming.rawHeaders.length > 2 * limits.httpHeaders)
      throw new HttpFault('TOO_MANY_HEADERS', `The answer has more than ${limits.httpHeaders} headers`);
    silence();
    const body = await watch.orEnd(readBody(incoming, request.method, silence));
    return {
      statusCode: incoming.statusCode ?? 0,
      statusText: incoming.statusMessage ?? '',
      rawHeaders: incoming.rawHeaders,
      body,
    };
  } catch (error) {
    throw faultOf(error);
  } finally {
    watch.close();
    outgoing?.destroy();
  }
}

function open({ url, method, headers, body }: HttpRequest, addresses: readonly LookupAddress[]): ClientRequest {
  const isTls = url.protocol === 'https:';
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const sent: Record<string, string[]> = {};
  for (const [key, values] of headers) sent[key] = [...values];
  sent['accept-encoding'] ??= ['gzip, br'];
  sent['user-agent'] ??= ['Da-Capo'];
  if (body !== undefined) sent['content-length'] = [String(body.length)];
  const options = {
    method,
    headers: { host: url.host, ...sent },
    agent: agents[isTls ? 'https:' : 'http:'],
    lookup: lookupIn(addresses),
    maxHeaderSize: limits.httpHeaderBytes,
    // The certificate is checked against the URL's name, also when a header names another host.
    ...(isTls ? { servername: isIP(name) === 0 ? name : '' } : {}),
  };
  return isTls ? requestHttps(url, options) : requestHttp(url, options);
}

/** Node connects to what was checked, and asks nobody else. */
function lookupIn(addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, options, callback) => {
    if (options.all === true) return callback(null, [...addresses]);
    const [first] = addresses;
    return callback(null, first?.address ?? '', first?.family ?? 4);
  };
}

function send(outgoing: ClientRequest, request: HttpRequest, onConnect: () => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('close', () => reject(new HttpFault('CONNECTION_LOST', 'Connection closed without an answer')));
    outgoing.on('response', resolve);
    outgoing.on('upgrade', (_message, socket) => {
      socket.destroy();
      reject(new HttpFault('ANSWER_MALFORMED', 'The server wants to speak another protocol'));
    });
    outgoing.on('socket', (socket) => {
      socket.once(request.url.protocol === 'https:' ? 'secureConnect' : 'connect', onConnect);
    });
    outgoing.end(request.body);
  });
}

/** The one thing that an exchange waits for, and what ends the wait. */
class Watch {
  private readonly ended = Promise.withResolvers<never>();
  private timer: NodeJS.Timeout | undefined;
  private readonly onAbort: () => void;

  constructor(private readonly signal: AbortSignal) {
    // Perhaps nobody waits when it ends.
    this.ended.promise.catch(() => undefined);
    this.onAbort = (): void => this.ended.reject(signal.reason);
    if (signal.aborted) this.onAbort();
    else signal.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Takes the place of what was expected before. */
  expect(ms: number, fault: HttpFault): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ended.reject(fault), ms);
  }

  fail(error: unknown): void {
    this.ended.reject(error);
  }

  orEnd<T>(wait: Promise<T>): Promise<T> {
    wait.catch(() => undefined);
    return Promise.race([wait, this.ended.promise]);
  }

  close(): void {
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.onAbort);
  }
}

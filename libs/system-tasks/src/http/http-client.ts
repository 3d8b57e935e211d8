/** Sends what a task describes and follows where it is sent, all within one bound of time. */
import { limits } from '../limits.js';
import type { AddressGuard } from './address-guard.js';
import { exchange } from './exchange.js';
import type { HttpAnswer } from './http-answer.js';
import { HttpFault } from './http-fault.js';
import type { HttpRequest } from './http-request.js';
import { redirectOf } from './redirect.js';

export interface HttpClientOptions {
  readonly guard: AddressGuard;
  /** For all of a task, milliseconds. Default: `limits.httpMs`. */
  readonly totalMs?: number;
}

export class HttpClient {
  constructor(private readonly options: HttpClientOptions) {}

  /** The last answer, whatever its status. Throws HttpFault. */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const end = new AbortController();
    const onAbort = (): void => end.abort(new HttpFault('STOPPED', 'The task was stopped'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const { totalMs = limits.httpMs } = this.options;
    const timer = setTimeout(
      () => end.abort(new HttpFault('TOTAL_TIMEOUT', `The answer was not complete within ${totalMs} ms`)),
      totalMs,
    );
    try {
      return await this.follow(request, end.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  private async follow(first: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { guard } = this.options;
    let request = first;
    for (let redirects = 0; ; redirects++) {
      const answer = await exchange(request, (name) => guard.addressesOf(name), signal);
      const next = redirectOf(request, answer);
      if (next === undefined) return answer;
      if (redirects === limits.httpRedirects)
        throw new HttpFault('TOO_MANY_REDIRECTS', `The server redirected more than ${limits.httpRedirects} times`);
      request = next;
    }
  }
}

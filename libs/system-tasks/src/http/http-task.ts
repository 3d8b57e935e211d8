/** HTTP (contract 6.16). */
import type { JsonObject } from '@dacapo/contracts';

import { isAsyncComplete } from '../async-complete.js';
import {
  type BuiltInResult,
  type BuiltInTask,
  failed,
  type RunContext,
  succeeded,
  type TaskToRun,
} from '../built-in-task.js';
import { type HttpAnswer, isSuccess, responseOf, statusText } from './http-answer.js';
import type { HttpClient } from './http-client.js';
import { HttpFault } from './http-fault.js';
import { type HttpRequest, readRequest, requestMapOf } from './http-request.js';

export class HttpTask implements BuiltInTask {
  constructor(private readonly client: HttpClient) {}

  async execute(task: TaskToRun, { signal }: RunContext): Promise<BuiltInResult> {
    const map = requestMapOf(task.input);
    const read = readRequest(map);
    if (!read.ok) return read.isMissing ? failed(read.reason) : notInvoked(read.reason, { code: 'REQUEST_INVALID' });
    const outcome = await call(this.client, read.request, signal);
    if (outcome instanceof HttpFault) return faulty(read.request, outcome);
    if (!isSuccess(outcome)) return notInvoked(statusText(outcome), responseOf(outcome));
    return succeeded({ response: responseOf(outcome) }, isAsyncComplete(task));
  }
}

export async function call(
  client: HttpClient,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer | HttpFault> {
  try {
    return await client.send(request, signal);
  } catch (error) {
    if (error instanceof HttpFault) return error;
    throw error;
  }
}

/** No answer at all. */
export function faulty(request: HttpRequest, { code, message }: HttpFault): BuiltInResult {
  return notInvoked(`I/O error on ${request.method} request for "${shown(request.url)}": ${message}`, {
    code,
    message,
  });
}

/** `response` is the error as text, as in Conductor; `error` has what a workflow can decide on. */
export function notInvoked(detail: string, error: JsonObject): BuiltInResult {
  const text = `java.lang.Exception: ${detail}`;
  return failed(`Failed to invoke HTTP task due to: ${text}`, { response: text, error });
}

/** Without user, password and query: that is where keys stand. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

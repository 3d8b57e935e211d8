/** HTTP_POLL (contract 6.24): the same request again and again until its answer is as wanted. Between two rounds the task lies in its queue. */
import type { JsonObject } from '@dacapo/contracts';

import {
  type BuiltInResult,
  type BuiltInTask,
  failed,
  type RunContext,
  succeeded,
  type TaskToRun,
} from '../built-in-task.js';
import { isSuccess, responseOf, statusText } from '../http/http-answer.js';
import type { HttpClient } from '../http/http-client.js';
import { HttpFault } from '../http/http-fault.js';
import { type HttpRequest, readRequest, requestMapOf } from '../http/http-request.js';
import { call, faulty, notInvoked } from '../http/http-task.js';
import { limits } from '../limits.js';
import { type ConditionTools, evaluate, scopeOf } from './condition.js';
import { pauseAfter, type Polling, readPolling } from './polling.js';

export class HttpPollTask implements BuiltInTask {
  constructor(
    private readonly client: HttpClient,
    private readonly tools: ConditionTools = {},
  ) {}

  async execute(task: TaskToRun, context: RunContext): Promise<BuiltInResult> {
    const read = readRequest(requestMapOf(task.input));
    if (!read.ok) return read.isMissing ? failed(read.reason) : notInvoked(read.reason, { code: 'REQUEST_INVALID' });
    const polling = readPolling(task.input);
    if (typeof polling === 'string') return failed(polling);
    return this.round(task, polling, read.request, context);
  }

  /** A server that is away or says no is what one waits for: only a request that can never work ends the task. */
  private async round(
    task: TaskToRun,
    polling: Polling,
    request: HttpRequest,
    context: RunContext,
  ): Promise<BuiltInResult> {
    const outcome = await call(this.client, request, context.signal);
    if (outcome instanceof HttpFault) {
      const result = faulty(request, outcome);
      return outcome.isPassing ? again(task, polling, result) : result;
    }
    const response = responseOf(outcome);
    const brief = outcome.body.length > limits.roundBytes ? withoutBody(response) : response;
    const refusal = isSuccess(outcome) ? undefined : notInvoked(statusText(outcome), brief);
    if (polling.terminationCondition === undefined)
      return refusal === undefined ? succeeded({ response }) : again(task, polling, refusal);
    const place = { seed: task.taskId, now: context.now };
    const condition = await evaluate(polling.terminationCondition, scopeOf(task.input, response), place, this.tools);
    if (condition.ok && condition.holds) return succeeded({ response });
    // A condition on the body of success may well fail on the body of an error.
    if (!condition.ok && refusal === undefined)
      return failed(`The terminationCondition could not be evaluated: ${condition.message}`, { response });
    return again(task, polling, refusal ?? { status: 'FAILED', output: { response: brief } });
  }
}

function withoutBody({ body: _body, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** Back to the queue, unless that was the last round. `last`: what to say then. */
function again(task: TaskToRun, polling: Polling, last: BuiltInResult): BuiltInResult {
  const round = Math.max(task.pollCount, 1);
  const { maxPollCount = Infinity } = polling;
  const output = last.output ?? {};
  if (round >= maxPollCount) {
    const why = last.reasonForIncompletion ?? 'the terminationCondition did not hold';
    return failed(`Polled ${round} times, which is maxPollCount: ${why}`, output);
  }
  return { status: 'IN_PROGRESS', output, callbackAfterSeconds: pauseAfter(polling, round) };
}

/**
 * HTTP, HTTP_POLL, KAFKA_PUBLISH, JSON_JQ_TRANSFORM, START_WORKFLOW: an executor of the server does them; it asks for them by their type
 * (contract 6.10, 6.16, 6.18, 6.20; tasks/built-in-types.ts). What is wrong with an input is the executor's to say.
 */
import type { JsonObject } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import { nextTaskId, resolveInput, resolveWorkerInput, scheduleInQueue } from '../tasks/schedule.js';
import { own } from '../state.js';
import type { Operator, Retry } from './operator.js';

/** Input of a task whose definition's `inputTemplate` counts (contract 5.5). */
export const builtIn: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { previous } = retry ?? {};
    const taskId = nextTaskId(decision, place, previous);
    queueBuiltIn(decision, place, withAsync(place, resolveWorkerInput(decision, place, taskId, previous)), retry);
  },
};

export const startWorkflowTask: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const input = resolveInput(decision, place, nextTaskId(decision, place, retry?.previous));
    queueBuiltIn(decision, place, withCaller(decision, input), retry);
  },
};

export function queueBuiltIn(decision: Decision, place: Place, input: JsonObject, retry: Retry | undefined): void {
  const { task } = place.node;
  scheduleInQueue(decision, {
    place,
    taskType: task.type,
    taskDefName: task.name,
    queue: task.type,
    input,
    delaySeconds: retry === undefined ? task.startDelay : retry.delaySeconds,
    ...(retry === undefined ? {} : { previous: retry.previous, jitterMs: retry.jitterMs }),
  });
}

/** The flag of the task, unless its input, or the request in it, has one of its own (contract 5.8). */
function withAsync({ node: { task } }: Place, input: JsonObject): JsonObject {
  if (Object.hasOwn(input, 'asyncComplete')) return input;
  const request = input['http_request'];
  const requested =
    typeof request === 'object' && request !== null ? own(request as JsonObject, 'asyncComplete') : undefined;
  const asyncComplete = typeof requested === 'boolean' ? requested : task.asyncComplete;
  return asyncComplete ? { ...input, asyncComplete } : input;
}

/** What the request leaves out is the caller's (contract 6.10). */
function withCaller({ state }: Decision, input: JsonObject): JsonObject {
  const request = input['startWorkflow'];
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return input;
  const given = request as JsonObject;
  const { correlationId, taskToDomain } = state;
  return {
    ...input,
    startWorkflow: {
      ...given,
      ...(isBlank(given['correlationId']) && correlationId !== undefined ? { correlationId } : {}),
      ...(isEmpty(given['taskToDomain']) && taskToDomain !== undefined ? { taskToDomain } : {}),
    },
  };
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

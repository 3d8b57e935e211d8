/** How a task comes into being: its id, its input, its timers, and whether a parked poll gets it at once. */
import type { EventData, JsonObject } from '@dacapo/contracts';
import { evaluateTemplate } from '@dacapo/expressions';

import { isBuiltIn } from './built-in-types.js';
import { failTask } from './attempt-end.js';
import { cacheIdToAsk } from './cached-output.js';
import type { Decision } from '../decision.js';
import { choicesOf, domainsOf, takenIn } from './domains.js';
import { type Node, withInputTemplate } from '../flow/flow.js';
import { limits } from '../limits.js';
import type { Retry } from '../operators/operator.js';
import { requestPermit } from './permit-requests.js';
import { limitsOf } from '../permits/limits-of.js';
import { iterationOf, type Place } from '../flow/place.js';
import { taskInputFault } from '../schemas.js';
import { scopeOf } from '../scope.js';
import type { TaskState } from '../state.js';

export interface NewTask {
  readonly place: Place;
  readonly taskType: string;
  readonly taskDefName?: string;
  readonly input: JsonObject;
  readonly status?: 'SCHEDULED' | 'IN_PROGRESS';
  readonly queue?: string;
  readonly domain?: string;
  /** Several to be offered in; `domain` is the last of them then. */
  readonly domains?: readonly string[];
  readonly delivery?: 'poll' | 'kafka';
  readonly delaySeconds?: number;
  /** Added to the delay, but not shown: whole seconds are what Conductor's field holds. */
  readonly jitterMs?: number;
  readonly timers?: Readonly<Record<string, number>>;
  /** The attempt that this one replaces. */
  readonly previous?: TaskState;
}

/** The id that the next attempt of a reference will have; known before its input is resolved (`${CPEWF_TASK_ID}`). */
export function nextTaskId(decision: Decision, { node, scope }: Place, previous: TaskState | undefined): string {
  return decision.deriveId(node.reference, scope === '' ? 0 : scope, attemptOf(previous));
}

function attemptOf(previous: TaskState | undefined): number {
  return previous === undefined ? 0 : previous.retryCount + 1;
}

/** The task's `inputParameters` on the state as it is now, or what an operator has given instead. */
export function resolveInput(decision: Decision, place: Place, taskId?: string): JsonObject {
  const given = decision.givenInput(place.key);
  if (given !== undefined) return given;
  return evaluateTemplate(place.node.input, scopeOf(decision.state, place, taskId)) as JsonObject;
}

/** The same for tasks whose definition may add defaults; a retry overlays the input of the attempt before (contract 5.7). */
export function resolveWorkerInput(
  decision: Decision,
  place: Place,
  taskId: string,
  previous: TaskState | undefined,
): JsonObject {
  const input = withInputTemplate(place.node, resolveInput(decision, place, taskId));
  return previous === undefined ? input : { ...previous.input, ...input };
}

/** Into its queue, unless it may not have to be done: then the cache is asked first (cached-output.ts). A retry is done. */
export function scheduleInQueue(decision: Decision, task: NewTask & { readonly taskDefName: string }): void {
  const { place, previous } = task;
  const cacheId = previous === undefined ? cacheIdToAsk(decision, place.node, task) : undefined;
  if (cacheId === undefined) {
    schedule(decision, task);
    return grantIfPolled(decision, place);
  }
  const { queue: _, domain: __, domains: ___, delivery: ____, ...unqueued } = task;
  decision.emit('CachedOutputRequested', { taskId: schedule(decision, unqueued), cacheId });
}

export function schedule(decision: Decision, task: NewTask): string {
  const { place, previous } = task;
  const { node, scope, fork, key } = place;
  const taskId = nextTaskId(decision, place, previous);
  const timers = timersOf(decision, task);
  const data: EventData<'TaskScheduled'> = {
    taskId,
    referenceTaskName: key,
    taskType: task.taskType,
    taskDefName: task.taskDefName ?? task.taskType,
    taskSeq: decision.state.taskCount + 1,
    input: task.input,
    ...(scope === '' ? {} : { scope, iteration: iterationOf(scope) }),
    ...(fork === undefined ? {} : { fork }),
    ...(task.status === undefined ? {} : { status: task.status }),
    ...(task.queue === undefined ? {} : { queue: task.queue }),
    ...(task.delivery === undefined ? {} : { delivery: task.delivery }),
    ...(task.domain === undefined ? {} : { domain: task.domain }),
    ...(task.domains === undefined ? {} : { domains: task.domains }),
    workflowType: decision.state.name,
    definition: decision.state.definition,
    ...(decision.state.correlationId === undefined ? {} : { correlationId: decision.state.correlationId }),
    ...(decision.state.priority === 0 ? {} : { workflowPriority: decision.state.priority }),
    ...(task.delaySeconds === undefined || task.delaySeconds === 0 ? {} : { delaySeconds: task.delaySeconds }),
    ...(responseTimeout(node) === 0 ? {} : { responseTimeoutSeconds: responseTimeout(node) }),
    ...(timers === undefined ? {} : { timers }),
    ...(task.queue === undefined || limitsOf(node.taskDef) === undefined ? {} : { limited: true }),
  };
  if (previous === undefined) decision.emit('TaskScheduled', data);
  else {
    decision.emit('RetryScheduled', {
      ...data,
      retriedTaskId: previous.taskId,
      retryCount: attemptOf(previous),
      ...(previous.reason === undefined ? {} : { reasonForIncompletion: previous.reason }),
    });
  }
  refuseInput(decision, place, task.input);
  return taskId;
}

/** The task that was to be scheduled has ended already: whoever was at it goes no further. */
export class InputRefused extends Error {}

/** A task whose input its schema refuses fails before anybody gets it. Throws InputRefused then. */
function refuseInput(decision: Decision, { node, key }: Place, input: JsonObject): void {
  const reasonForIncompletion = taskInputFault(decision.flow, node.taskDef, input);
  const task = reasonForIncompletion === undefined ? undefined : decision.task(key);
  if (reasonForIncompletion === undefined || task === undefined) return;
  failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', { reasonForIncompletion });
  throw new InputRefused(reasonForIncompletion);
}

function responseTimeout(node: Node): number {
  return node.taskDef?.responseTimeoutSeconds ?? 0;
}

/**
 * A task that the engine does itself, at once, or after the delay of a retry: then its timer `start` comes (`onTimer`). Gives the task
 * when it is to be done now.
 */
export function beginInLine(
  decision: Decision,
  task: Omit<NewTask, 'status' | 'delaySeconds' | 'jitterMs' | 'previous'>,
  retry: Retry | undefined,
): TaskState | undefined {
  const waitMs = retry === undefined ? 0 : retry.delaySeconds * 1000 + retry.jitterMs;
  schedule(decision, {
    ...task,
    status: 'IN_PROGRESS',
    ...(waitMs > 0 ? { timers: { ...task.timers, start: decision.now + waitMs } } : {}),
    ...(retry === undefined ? {} : { previous: retry.previous, delaySeconds: retry.delaySeconds }),
  });
  return waitMs > 0 ? undefined : decision.task(task.place.key);
}

function timersOf(
  decision: Decision,
  { place: { node }, previous, queue, status, timers, delaySeconds = 0, jitterMs = 0 }: NewTask,
): Record<string, number> | undefined {
  const all: Record<string, number> = { ...timers };
  const offerAt = decision.now + delaySeconds * 1000 + jitterMs;
  if (queue !== undefined && offerAt > decision.now) all['offer'] = offerAt;
  const poll = node.taskDef?.pollTimeoutSeconds ?? 0;
  if (queue !== undefined && poll > 0) all['poll'] = offerAt + poll * 1000;
  const timeout = node.taskDef?.timeoutSeconds ?? 0;
  // WAIT and JOIN begin as soon as they are there; a worker's task when it is claimed (startTimers).
  if (status === 'IN_PROGRESS' && timeout > 0) all['timeout'] = decision.now + (delaySeconds + timeout) * 1000;
  const total = node.taskDef?.totalTimeoutSeconds ?? 0;
  if (total > 0) all['total'] = (previous?.firstScheduledTime ?? decision.now) + total * 1000;
  return Object.keys(all).length === 0 ? undefined : all;
}

/** A task that was scheduled without a queue may stand in one now; it, too, may not have to be done. */
export function queueUpOrReuse(decision: Decision, place: Place, task: TaskState): void {
  const { taskId, taskType, taskDefName } = task;
  const input = withInputTemplate(place.node, task.input);
  const cacheId =
    task.retryCount > 0 ? undefined : cacheIdToAsk(decision, place.node, { taskType, taskDefName, input });
  if (cacheId === undefined) queueUp(decision, place, task);
  else decision.emit('CachedOutputRequested', { taskId, cacheId });
}

/** It stands in the queue of its type. Its delay and its total timeout count from when it was scheduled. */
export function queueUp(decision: Decision, place: Place, task: TaskState): void {
  const { node } = place;
  const { taskDef } = node;
  const isWorkers = !isBuiltIn({ queue: task.taskType });
  const timers: Record<string, number> = {};
  const offerAt = Math.max(decision.now, task.scheduledTime + task.startDelaySeconds * 1000);
  if (offerAt > decision.now) timers['offer'] = offerAt;
  const poll = taskDef?.pollTimeoutSeconds ?? 0;
  if (poll > 0) timers['poll'] = offerAt + poll * 1000;
  const total = taskDef?.totalTimeoutSeconds ?? 0;
  if (total > 0) timers['total'] = task.firstScheduledTime + total * 1000;
  decision.emit('TaskQueued', {
    taskId: task.taskId,
    queue: task.taskType,
    ...(isWorkers ? domainsOf(decision.state, task.taskType) : {}),
    input: withInputTemplate(node, task.input),
    ...(isWorkers && taskDef?.delivery === 'kafka' ? { delivery: taskDef.delivery } : {}),
    ...(responseTimeout(node) === 0 ? {} : { responseTimeoutSeconds: responseTimeout(node) }),
    ...(limitsOf(taskDef) === undefined ? {} : { limited: true }),
    ...(Object.keys(timers).length === 0 ? {} : { timers }),
  });
  grantIfPolled(decision, place);
}

/** HUMAN has nobody who claims it: it must be updated in time from the beginning on (contract 5.9). */
export function responseTimer(decision: Decision, node: Node, callbackSeconds: number): Record<string, number> {
  const response = responseTimeout(node);
  return response > 0 ? { response: decision.now + (response + callbackSeconds) * 1000 } : {};
}

/** Timers that begin when a worker starts, or when the server does: per attempt, counted from its first start. */
export function startTimers(decision: Decision, node: Node, task: TaskState): Record<string, number> | undefined {
  const timers: Record<string, number> = {};
  // Nobody answers for a child workflow before its end: it has no lease.
  const response = task.queue === undefined || isBuiltIn(task) ? 0 : responseTimeout(node);
  if (isBuiltIn(task)) timers['lease'] = decision.now + limits.builtInLeaseSeconds * 1000;
  if (response > 0) timers['response'] = decision.now + response * 1000;
  const timeout = node.taskDef?.timeoutSeconds ?? 0;
  const startTime = task.startTime === 0 ? decision.now : task.startTime;
  if (timeout > 0) timers['timeout'] = startTime + (task.startDelaySeconds + timeout) * 1000;
  return Object.keys(timers).length === 0 ? undefined : timers;
}

/** Until a worker has it the gateway holds it: by a short lease, so that a gateway that dies takes nothing along. */
function keptTimers(decision: Decision, node: Node, task: TaskState): Record<string, number> {
  const { response: _, ...timers } = startTimers(decision, node, task) ?? {};
  return { ...timers, lease: decision.now + limits.keptLeaseSeconds * 1000 };
}

/** A task that is not done waits in its queue again, from a time on; what it has come to so far goes into the event. */
export function backToQueue(
  decision: Decision,
  task: TaskState,
  seconds: number,
  result: Omit<EventData<'TaskProgressed'>, 'taskId' | 'status' | 'callbackAfterSeconds' | 'timers'> = {},
): void {
  const place = decision.placeOf(task);
  const offerAt = decision.now + seconds * 1000;
  const poll = place.node.taskDef?.pollTimeoutSeconds ?? 0;
  const timers = {
    ...(seconds > 0 ? { offer: offerAt } : {}),
    ...(poll > 0 ? { poll: offerAt + poll * 1000 } : {}),
  };
  decision.emit('TaskProgressed', {
    taskId: task.taskId,
    status: 'SCHEDULED',
    ...result,
    callbackAfterSeconds: seconds,
    ...(Object.keys(timers).length > 0 ? { timers } : {}),
  });
  grantIfPolled(decision, place);
}

/** Hands a ready task to a parked poll in the same decision. A limited one asks first: when it is claimed, or sent to its worker. */
export function grantIfPolled(decision: Decision, { node, key }: Place): void {
  const task = decision.task(key);
  if (task === undefined || !task.ready || task.queue === undefined) return;
  const limits = limitsOf(node.taskDef);
  if (task.delivery === 'kafka') {
    if (limits !== undefined) requestPermit(decision, task, limits);
    return;
  }
  const grant = limits === undefined ? decision.takeGrant(task.queue, choicesOf(task), task.taskDefName) : undefined;
  if (grant === undefined) return;
  const { workerId, pollId, domain } = grant;
  const timers = workerId === undefined ? keptTimers(decision, node, task) : startTimers(decision, node, task);
  decision.emit('TaskStarted', {
    taskId: task.taskId,
    ...(workerId === undefined ? {} : { workerId }),
    pollId,
    ...takenIn(task, domain),
    ...(timers === undefined ? {} : { timers }),
  });
}

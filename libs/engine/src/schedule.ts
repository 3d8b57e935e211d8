/** How a task comes into being: its id, its input, its timers, and whether a parked poll gets it at once. */
import type { EventData, JsonObject } from '@dacapo/contracts';
import { evaluateTemplate } from '@dacapo/expressions';

import { failTask } from './attempt-end.js';
import type { Decision } from './decision.js';
import { choicesOf, takenIn } from './domains.js';
import { type Node, withInputTemplate } from './flow.js';
import { iterationOf, type Place } from './place.js';
import { taskInputFault } from './schemas.js';
import { scopeOf } from './scope.js';
import type { TaskState } from './state.js';

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

/** The task's `inputParameters` on the state as it is now. */
export function resolveInput(decision: Decision, place: Place, taskId?: string): JsonObject {
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
  if (status === 'IN_PROGRESS' && timeout > 0) all['timeout'] = decision.now + timeout * 1000;
  const total = node.taskDef?.totalTimeoutSeconds ?? 0;
  if (total > 0) all['total'] = (previous?.firstScheduledTime ?? decision.now) + total * 1000;
  return Object.keys(all).length === 0 ? undefined : all;
}

/** Timers that begin when a worker starts, or when the server does: per attempt, counted from its first start. */
export function startTimers(decision: Decision, node: Node, task: TaskState): Record<string, number> | undefined {
  const timers: Record<string, number> = {};
  // Nobody answers for a child workflow before its end: it has no lease.
  const response = task.queue === undefined ? 0 : responseTimeout(node);
  if (response > 0) timers['response'] = decision.now + response * 1000;
  const timeout = node.taskDef?.timeoutSeconds ?? 0;
  const startTime = task.startTime === 0 ? decision.now : task.startTime;
  if (timeout > 0) timers['timeout'] = startTime + (task.startDelaySeconds + timeout) * 1000;
  return Object.keys(timers).length === 0 ? undefined : timers;
}

/** Hands a ready task to a parked poll in the same decision. */
export function grantIfPolled(decision: Decision, { node, key }: Place): void {
  const task = decision.task(key);
  if (task === undefined || !task.ready || task.queue === undefined || task.delivery === 'kafka') return;
  const grant = decision.takeGrant(task.queue, choicesOf(task));
  if (grant === undefined) return;
  const timers = startTimers(decision, node, task);
  decision.emit('TaskStarted', {
    taskId: task.taskId,
    workerId: grant.workerId,
    pollId: grant.pollId,
    ...takenIn(task, grant.domain),
    ...(timers === undefined ? {} : { timers }),
  });
}

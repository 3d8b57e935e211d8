/** Tasks and their workers: claim, begin, lease, log. */
import type { CommandData } from '@dacapo/contracts';

import { isBuiltIn } from '../tasks/built-in-types.js';
import type { Decision } from '../decision.js';
import { takenIn } from '../tasks/domains.js';
import { limits } from '../limits.js';
import { requestPermit } from '../tasks/permit-requests.js';
import { limitsOf } from '../permits/limits-of.js';
import { responseTimer, startTimers } from '../tasks/schedule.js';
import { own, type TaskState } from '../state.js';
import { openTask } from './find-task.js';

/** The first claim in the log wins. A limited task is the worker's when its limit says so. */
export function claimTask(decision: Decision, claim: CommandData<'ClaimTask'>): void {
  const { taskId, workerId, limits, pollId, domain } = claim;
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  if (!task.ready)
    return decision.reject('TASK_NOT_READY', `Task ${taskId} is ${task.status} and not to be handed out now`, taskId);
  const bounds = limits ?? limitsOf(decision.placeOf(task).node.taskDef);
  const taken = domain === undefined ? {} : takenIn(task, domain === '' ? undefined : domain);
  if (bounds === undefined) start(decision, task, workerId, taken);
  else requestPermit(decision, task, bounds, { workerId, ...(pollId === undefined ? {} : { pollId }), ...taken });
}

/** A Kafka worker begins; a second word of the same kind changes nothing. */
export function startTaskByMessage(decision: Decision, { taskId, workerId }: CommandData<'StartTask'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  const permit = own(decision.state.permits ?? {}, taskId);
  if (permit?.held === false) return decision.reject('TASK_NOT_READY', `Task ${taskId} waits for a permit`, taskId);
  // Begun already, or its worker has asked to be called later: this is the word of a delivery that is over.
  if (!task.ready)
    return decision.reject('TASK_NOT_READY', `Task ${taskId} is ${task.status} and not to be begun now`, taskId);
  const bounds = limitsOf(decision.placeOf(task).node.taskDef);
  if (permit === undefined && bounds !== undefined) requestPermit(decision, task, bounds, { workerId });
  else start(decision, task, workerId);
}

export function start(
  decision: Decision,
  task: TaskState,
  workerId: string,
  more: { readonly domain?: string; readonly pollId?: string } = {},
): void {
  const timers = startTimers(decision, decision.placeOf(task).node, task);
  decision.emit('TaskStarted', {
    taskId: task.taskId,
    workerId,
    ...more,
    ...(timers === undefined ? {} : { timers }),
  });
}

/** The lease of a worker that got the task from its gateway counts from when it got it. */
export function extendTaskLease(
  decision: Decision,
  { taskId, workerId, takenMsAgo = 0 }: CommandData<'ExtendTaskLease'>,
): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  const agoSeconds = Math.max(takenMsAgo, 0) / 1000;
  const timers = isBuiltIn(task)
    ? leaseTimer(decision, task)
    : responseTimer(decision, decision.placeOf(task).node, -agoSeconds);
  const running = task.status === 'IN_PROGRESS' && Object.keys(timers).length > 0;
  decision.emit('TaskLeaseExtended', {
    taskId,
    ...(running ? { timers } : {}),
    ...(workerId === undefined || task.status !== 'IN_PROGRESS' ? {} : { workerId }),
  });
}

/** A task that waits for somebody outside is in no executor's hands any more. */
function leaseTimer(decision: Decision, task: TaskState): Readonly<Record<string, number>> {
  return task.timers['lease'] === undefined ? {} : { lease: decision.now + limits.builtInLeaseSeconds * 1000 };
}

/** Logs are annotations: they are kept of ended tasks too. */
export function logTask(decision: Decision, { taskId, log }: CommandData<'LogTask'>): void {
  if (own(decision.state.references, taskId) === undefined) {
    return decision.reject('TASK_NOT_FOUND', `No such task found by id: ${taskId}`, taskId);
  }
  decision.emit('TaskLogged', { taskId, log });
}

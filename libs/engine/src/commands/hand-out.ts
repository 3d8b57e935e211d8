/** Tasks and their workers: claim, begin, lease, log. */
import type { CommandData } from '@dacapo/contracts';

import { isBuiltIn } from '../built-in-types.js';
import type { Decision } from '../decision.js';
import { limits } from '../limits.js';
import { responseTimer, startTimers } from '../schedule.js';
import { own, type TaskState } from '../state.js';
import { openTask } from './find-task.js';

/** The first claim in the log wins. */
export function claimTask(decision: Decision, { taskId, workerId }: CommandData<'ClaimTask'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  if (!task.ready)
    return decision.reject('TASK_NOT_READY', `Task ${taskId} is ${task.status} and not to be handed out now`, taskId);
  start(decision, task, workerId);
}

/** A Kafka worker begins; a second word of the same kind changes nothing. */
export function startTaskByMessage(decision: Decision, { taskId, workerId }: CommandData<'StartTask'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  if (task.status !== 'SCHEDULED')
    return decision.reject('TASK_NOT_READY', `Task ${taskId} is ${task.status} already`, taskId);
  start(decision, task, workerId);
}

function start(decision: Decision, task: TaskState, workerId: string): void {
  const timers = startTimers(decision, decision.placeOf(task).node, task);
  decision.emit('TaskStarted', { taskId: task.taskId, workerId, ...(timers === undefined ? {} : { timers }) });
}

export function extendTaskLease(decision: Decision, { taskId }: CommandData<'ExtendTaskLease'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  const timers = isBuiltIn(task) ? leaseTimer(decision, task) : responseTimer(decision, decision.placeOf(task).node, 0);
  const running = task.status === 'IN_PROGRESS' && Object.keys(timers).length > 0;
  decision.emit('TaskLeaseExtended', { taskId, ...(running ? { timers } : {}) });
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

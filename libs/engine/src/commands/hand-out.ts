/** Tasks and their workers: claim, begin, lease, log. */
import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { takenIn } from '../domains.js';
import { startTimers } from '../schedule.js';
import { own, type TaskState } from '../state.js';
import { openTask } from './find-task.js';

/** The first claim in the log wins. */
export function claimTask(decision: Decision, { taskId, workerId, domain }: CommandData<'ClaimTask'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  if (!task.ready)
    return decision.reject('TASK_NOT_READY', `Task ${taskId} is ${task.status} and not to be handed out now`, taskId);
  start(decision, task, workerId, domain === undefined ? {} : takenIn(task, domain === '' ? undefined : domain));
}

/** A Kafka worker begins; a second word of the same kind changes nothing. */
export function startTaskByMessage(decision: Decision, { taskId, workerId }: CommandData<'StartTask'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  if (task.status !== 'SCHEDULED')
    return decision.reject('TASK_NOT_READY', `Task ${taskId} is ${task.status} already`, taskId);
  start(decision, task, workerId);
}

function start(decision: Decision, task: TaskState, workerId: string, taken: { readonly domain?: string } = {}): void {
  const timers = startTimers(decision, decision.placeOf(task).node, task);
  decision.emit('TaskStarted', {
    taskId: task.taskId,
    workerId,
    ...taken,
    ...(timers === undefined ? {} : { timers }),
  });
}

export function extendTaskLease(decision: Decision, { taskId }: CommandData<'ExtendTaskLease'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  const seconds = decision.placeOf(task).node.taskDef?.responseTimeoutSeconds ?? 0;
  const running = task.status === 'IN_PROGRESS' && seconds > 0;
  decision.emit('TaskLeaseExtended', {
    taskId,
    ...(running ? { timers: { response: decision.now + seconds * 1000 } } : {}),
  });
}

/** Logs are annotations: they are kept of ended tasks too. */
export function logTask(decision: Decision, { taskId, log }: CommandData<'LogTask'>): void {
  if (own(decision.state.references, taskId) === undefined) {
    return decision.reject('TASK_NOT_FOUND', `No such task found by id: ${taskId}`, taskId);
  }
  decision.emit('TaskLogged', { taskId, log });
}

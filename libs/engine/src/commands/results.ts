/** What workers report (contract 5.6). A result for an attempt that is over is refused and recorded, never applied. */
import type { CommandData } from '@dacapo/contracts';

import { completeTask, failTask, type TaskResult } from '../tasks/attempt-end.js';
import { isAsyncComplete, isBuiltIn } from '../tasks/built-in-types.js';
import type { Decision } from '../decision.js';
import { limits } from '../limits.js';
import { isLoop } from '../flow/loop-turns.js';
import { backToQueue, responseTimer } from '../tasks/schedule.js';
import { runAgenda } from '../flow/settle.js';
import type { TaskState } from '../state.js';
import { openTask } from './find-task.js';

export function completeTaskByWorker(decision: Decision, data: CommandData<'CompleteTask'>): void {
  const task = openTask(decision, data.taskId);
  if (task === undefined) return;
  completeTask(decision, task, resultOf(data));
  runAgenda(decision);
}

export function failTaskByWorker(decision: Decision, data: CommandData<'FailTask'>): void {
  const task = openTask(decision, data.taskId);
  if (task === undefined) return;
  failTask(decision, task, data.terminal === true ? 'FAILED_WITH_TERMINAL_ERROR' : 'FAILED', resultFor(task, data));
  runAgenda(decision);
}

export function cancelTask(decision: Decision, data: CommandData<'CancelTask'>): void {
  const task = openTask(decision, data.taskId);
  if (task === undefined) return;
  failTask(decision, task, 'CANCELED', resultFor(task, data));
  runAgenda(decision);
}

/** A worker's task goes back to its queue and is offered again after the callback; a task of the server stays where it is. */
export function progressTask(decision: Decision, data: CommandData<'ProgressTask'>): void {
  const task = openTask(decision, data.taskId);
  if (task === undefined) return;
  const seconds = Math.min(Math.max(data.callbackAfterSeconds ?? 0, 0), limits.callbackSeconds);
  if (task.queue === undefined || (isHeld(task) && !isHandedBack(task, data)))
    return stay(decision, task, seconds, resultFor(task, data));
  const isUnsaid = data.callbackAfterSeconds === undefined && isBuiltIn(task);
  backToQueue(decision, task, isUnsaid ? limits.builtInCallbackSeconds : seconds, resultOf(data));
}

/** The executor has done its part; the rest is for somebody outside, however long that takes (contract 5.8). */
function isHeld(task: TaskState): boolean {
  return task.status === 'IN_PROGRESS' && isBuiltIn(task) && isAsyncComplete(task);
}

/** Only by an executor that has it: once its part is done, and its lease over, a late word must not have it done again. */
function isHandedBack({ timers }: TaskState, { handedBack }: CommandData<'ProgressTask'>): boolean {
  return handedBack === true && timers['lease'] !== undefined;
}

function stay(decision: Decision, task: TaskState, seconds: number, result: TaskResult): void {
  const { taskId, taskType } = task;
  const timers = taskType === 'HUMAN' ? responseTimer(decision, decision.placeOf(task).node, seconds) : {};
  decision.emit('TaskProgressed', {
    taskId,
    status: 'IN_PROGRESS',
    ...result,
    callbackAfterSeconds: seconds,
    ...(Object.keys(timers).length > 0 ? { timers } : {}),
  });
}

/** What a loop shows are its turns: it may go on with them, now or after a retry of the workflow. */
function resultFor(task: TaskState, data: TaskResult): TaskResult {
  const { output, ...result } = resultOf(data);
  return isLoop(task) || output === undefined ? result : { ...result, output };
}

function resultOf({ workerId, reasonForIncompletion, output, logs }: TaskResult): TaskResult {
  return {
    ...(workerId === undefined ? {} : { workerId }),
    ...(reasonForIncompletion === undefined
      ? {}
      : { reasonForIncompletion: reasonForIncompletion.slice(0, limits.reasonCharacters) }),
    output: output ?? {},
    ...(logs === undefined || logs.length === 0 ? {} : { logs: logs.slice(0, limits.logsPerUpdate) }),
  };
}

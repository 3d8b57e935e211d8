/**
 * An ended workflow goes on with what it has (contract 5.12, 5.13): what failed is tried once more, structures go on in place, and what had
 * ended well is followed again, because an end drops whatever was still to follow. All of it are steps: it may be put off.
 */
import { goOnInTries, reopenTries } from './reopen-tries.js';
import type { Decision } from '../decision.js';
import { enterAnew } from './enter-anew.js';
import { isLoop } from './loop-turns.js';
import { mayBeTriedAgain, nothing, type Recalls } from './may-be-tried.js';
import { operatorOf } from '../operators/index.js';
import { isTaskOpen, isTaskSuccessful, type TaskState } from '../state.js';

export interface Again {
  /** A failed child is retried where it is, instead of being started anew. */
  readonly resumeChildren: boolean;
  /** Id of a task that is taken care of already. */
  readonly except?: string;
  readonly recalls?: Recalls;
}

/** The last attempts that failed, timed out or were cancelled, in the order of the workflow. */
export function failuresOf(decision: Decision, recalls: Recalls = nothing): readonly TaskState[] {
  return Object.values(decision.state.tasks)
    .filter((task) => !isTaskOpen(task.status) && !isTaskSuccessful(task.status))
    .filter((task) => task.isPassedOver !== true || recalls(decision.placeOf(task)))
    .filter((task) => mayBeTriedAgain(decision, decision.placeOf(task), recalls))
    .toSorted((a, b) => a.taskSeq - b.taskSeq);
}

export function tryAgain(decision: Decision, { resumeChildren, except, recalls }: Again): void {
  const tries = reopenTries(decision);
  const failures = failuresOf(decision, recalls).filter(({ taskId }) => taskId !== except);
  const loops = failures.filter(isLoop);
  const structures = failures.filter((task) => !isLoop(task) && isReopened(decision, task));
  // What is tried again in a loop needs its turn.
  for (const { referenceTaskName } of loops) decision.later('reopen', referenceTaskName);
  // First the attempts, then the joins: a join counts what is open when it is reopened.
  for (const task of failures) {
    if (isReopened(decision, task)) continue;
    const keepsChild = resumeChildren && task.subWorkflowId !== undefined;
    decision.later(keepsChild ? 'retry-child' : 'retry', task.referenceTaskName);
  }
  for (const { referenceTaskName } of structures) decision.later('reopen', referenceTaskName);
  // Not before all are open: one may wait for another.
  for (const { referenceTaskName } of [...loops, ...structures]) decision.later('wake', referenceTaskName);
  followAgain(decision);
  goOnInTries(decision, tries);
}

/** Results wait while a workflow is paused, and an end drops what was on the agenda. Who was skipped is followed when the flow gets there. */
function followAgain(decision: Decision): void {
  const ended = Object.values(decision.state.tasks)
    .filter(({ status }) => isTaskSuccessful(status) && status !== 'SKIPPED')
    .toSorted((a, b) => a.taskSeq - b.taskSeq);
  for (const { referenceTaskName } of ended) decision.settle(referenceTaskName);
}

function isReopened(decision: Decision, task: TaskState): boolean {
  return operatorOf(decision.placeOf(task).node.task.type).reopens === true;
}

/** The next attempt of a task, at once. */
export function retryTask(decision: Decision, key: string): void {
  const previous = decision.task(key);
  if (previous === undefined || isTaskOpen(previous.status) || isTaskSuccessful(previous.status)) return;
  enterAnew(decision, decision.placeOf(previous), { previous, delaySeconds: 0, jitterMs: 0 });
}

export function reopenTask(decision: Decision, key: string): void {
  const task = decision.task(key);
  if (task !== undefined && !isTaskOpen(task.status)) decision.emit('TaskReopened', { taskId: task.taskId });
}

/** The child of a task is to run again, as a run that the task has not dealt with. */
export function retryChild(decision: Decision, key: string): void {
  const task = decision.task(key);
  if (task?.subWorkflowId === undefined || isTaskOpen(task.status)) return;
  const { taskId, subWorkflowId: childWorkflowId, childRun = 0 } = task;
  decision.emit('TaskReopened', { taskId, ...childTimers(decision, task) });
  decision.emit('ChildRetryRequested', { taskId, childWorkflowId, run: childRun });
}

/** The timeout of a SUB_WORKFLOW task begins anew with its child. */
export function childTimers(
  decision: Decision,
  task: TaskState,
): { readonly timers?: Readonly<Record<string, number>> } {
  const seconds = decision.placeOf(task).node.taskDef?.timeoutSeconds ?? 0;
  return seconds > 0 ? { timers: { timeout: decision.now + seconds * 1000 } } : {};
}

/** What a reopened structure waits for may all be there. */
export function wakeTask(decision: Decision, key: string): void {
  const task = decision.task(key);
  if (task === undefined || !isTaskOpen(task.status)) return;
  const place = decision.placeOf(task);
  const operator = operatorOf(place.node.task.type);
  if (operator.onBranchEnd !== undefined) operator.onBranchEnd(decision, place);
  else operator.resume?.(decision, place, 0);
}

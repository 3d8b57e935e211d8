/**
 * A TRY whose failure ended the workflow goes on in place when the workflow is retried: in the list whose failure it had not caught, as if
 * that had not failed yet. What it had done behind that, `finally` say, is taken out of the view and done once more.
 */
import { currentBranch, type Errors, errorsOf, isBefore, isStillAhead, uncaughtBranch } from './branches.js';
import type { Decision } from '../decision.js';
import { beginBranch } from '../operators/try.js';
import { mayBeTriedAgain } from './may-be-tried.js';
import type { Place } from './place.js';
import { isTaskOpen, isTaskSuccessful, type TaskState } from '../state.js';

/** The outer ones first: they decide whether the inner ones still count. Gives the places of those that are open again. */
export function reopenTries(decision: Decision): readonly Place[] {
  const reopened: Place[] = [];
  const failed = Object.values(decision.state.tasks)
    .filter((task) => task.taskType === 'TRY' && task.isPassedOver !== true)
    .filter(({ status }) => !isTaskOpen(status) && !isTaskSuccessful(status))
    .toSorted((a, b) => a.taskSeq - b.taskSeq);
  for (const task of failed) {
    const place = decision.placeOf(task);
    if (!mayBeTriedAgain(decision, place) || isStillAhead(decision, place)) continue;
    reopen(decision, place, task);
    reopened.push(place);
  }
  if (reopened.length > 0) removeAhead(decision);
  return reopened;
}

function reopen(decision: Decision, { node }: Place, task: TaskState): void {
  const { taskId } = task;
  const errors = errorsOf(task);
  const branch = uncaughtBranch(node, errors);
  decision.emit('TaskReopened', { taskId });
  const caught = branch === 'try' ? undefined : errors['try'];
  const kept: Errors = caught === undefined ? {} : { try: caught };
  decision.emit('BranchEntered', { taskId, branch: branch ?? currentBranch(task), errors: kept });
}

/** A task inside of a TRY is executed once more: the TRY goes on in its list, as if nothing there, or behind it, had been. */
export function reopenTryAt(decision: Decision, around: Place, inner: Place): void {
  const task = decision.task(around.key);
  if (task === undefined) return;
  const { taskId } = task;
  const branch = inner.node.caseKey ?? 'try';
  const before = Object.entries(errorsOf(task)).filter(([list]) => isBefore(list, branch));
  if (!isTaskOpen(task.status)) decision.emit('TaskReopened', { taskId });
  decision.emit('BranchEntered', { taskId, branch, errors: Object.fromEntries(before) });
}

function removeAhead(decision: Decision): void {
  const taskIds = Object.values(decision.state.tasks)
    .filter((task) => isStillAhead(decision, decision.placeOf(task)))
    .toSorted((a, b) => a.taskSeq - b.taskSeq)
    .map((task) => task.taskId);
  if (taskIds.length > 0) decision.emit('TasksRemoved', { taskIds });
}

/** The workflow may have ended before the list that the TRY had come to was begun. */
export function goOnInTries(decision: Decision, places: readonly Place[]): void {
  for (const place of places) {
    const task = decision.task(place.key);
    if (task !== undefined && isTaskOpen(task.status)) beginBranch(decision, place, task);
  }
}

/**
 * Opens an ended workflow once more: the last attempt of every reference that failed or was cancelled is tried again; joins go on waiting
 * where they were, loops go on with the turns that they were at (contract 5.12). What failed in a loop that has ended for good (an optional
 * one), or in a turn that is over, stays as it is. The run counts up, so that nothing of the new one can be mistaken for the old.
 */
import { isGivenUp } from '../branches.js';
import type { Decision } from '../decision.js';
import { isLoop, isTurnRunning } from '../loop-turns.js';
import { iterationOf, loopsAround, outerScope, type Place } from '../place.js';
import { operatorOf } from '../operators/index.js';
import { goOnInTries, reopenTries } from './reopen-tries.js';
import { enterAnew, runAgenda } from '../settle.js';
import { isEnded, isTaskOpen, isTaskSuccessful, type TaskState } from '../state.js';
import { workflowTimers } from './start-workflow.js';

/** They are put back in place instead of being tried anew. */
const reopened: ReadonlySet<string> = new Set(['JOIN', 'EXCLUSIVE_JOIN', 'FORK_JOIN']);

export function retryWorkflow(decision: Decision): void {
  const { state } = decision;
  if (!isEnded(state.status)) {
    return decision.reject(
      'WORKFLOW_NOT_ENDED',
      `Workflow ${state.workflowId} is ${state.status} and not to be retried before it has ended`,
    );
  }
  if (state.taskCount === 0) return decision.reject('WORKFLOW_NOT_STARTED', 'Workflow has not started yet');
  const isAnyFailed = failedOf(decision).length > 0;
  const succeeded = succeededOf(decision);
  if (!isAnyFailed && state.status !== 'TIMED_OUT') {
    const message = 'There are no retryable tasks! Use restart if you want to attempt entire workflow execution again.';
    return decision.reject('NOTHING_TO_RETRY', message);
  }
  decision.emit('WorkflowRetried', {
    run: state.run + 1,
    ...workflowTimers(decision.now, decision.flow.definition.timeoutSeconds),
  });
  const tries = reopenTries(decision);
  const candidates = failedOf(decision).map((task) => ({ task, place: decision.placeOf(task) }));
  const loops = candidates.filter(({ task }) => isLoop(task));
  const joins = candidates.filter(({ place }) => reopened.has(place.node.task.type));
  for (const { task } of loops) decision.emit('TaskReopened', { taskId: task.taskId });
  // First the attempts, then the joins: a join counts what is open when it is reopened.
  for (const { place, task } of candidates) {
    if (!isLoop(task) && !reopened.has(place.node.task.type))
      enterAnew(decision, place, { previous: task, delaySeconds: 0, jitterMs: 0 });
  }
  for (const { task } of joins) decision.emit('TaskReopened', { taskId: task.taskId });
  for (const { place } of loops) decision.resume(place, 0);
  // Not before all are open: one may wait for another.
  for (const { place } of joins) operatorOf(place.node.task.type).onBranchEnd?.(decision, place);
  // What had ended well may never have been followed: results wait while a workflow is paused, and an end drops what was on the agenda.
  for (const reference of succeeded) decision.settle(reference);
  goOnInTries(decision, tries);
  runAgenda(decision);
}

function succeededOf(decision: Decision): readonly string[] {
  return Object.values(decision.state.tasks)
    .filter((task) => isTaskSuccessful(task.status))
    .toSorted((a, b) => a.taskSeq - b.taskSeq)
    .map((task) => task.referenceTaskName);
}

/** A failure that a TRY has caught is none of the workflow's. */
function failedOf(decision: Decision): readonly TaskState[] {
  return Object.values(decision.state.tasks)
    .filter((task) => !isTaskOpen(task.status) && !isTaskSuccessful(task.status))
    .filter((task) => {
      const place = decision.placeOf(task);
      return mayGoOn(decision, place) && !isGivenUp(decision, place);
    })
    .toSorted((a, b) => a.taskSeq - b.taskSeq);
}

/** Whether every loop around it is to be opened again, and at its turn. */
function mayGoOn(decision: Decision, place: Place): boolean {
  for (const { loop, scope } of loopsAround(place)) {
    const task = decision.task(loop.reference + outerScope(scope));
    if (task === undefined || isTaskSuccessful(task.status) || !isTurnRunning(task, iterationOf(scope))) return false;
  }
  return true;
}

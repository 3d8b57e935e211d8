/**
 * TRY: Da Capo's own. Its lists stand in `decisionCases`: `try` runs; a failure in it cancels what else is open there, and `catch` runs;
 * `finally` runs after either, however that ended. The task itself is open until then. A failure that nobody has caught is its own.
 */
import type { JsonObject } from '@dacapo/contracts';

import { cancelOpenTask, completeTask, failTask } from '../tasks/attempt-end.js';
import { admitsInto, type Branch, currentBranch, type Errors, errorsOf, uncaughtBranch } from '../flow/branches.js';
import type { Decision } from '../decision.js';
import { openInside } from '../flow/open-inside.js';
import { type Place, placeOf } from '../flow/place.js';
import { reasons } from '../reasons.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import { isTaskOpen, own, type TaskState } from '../state.js';
import type { Operator, Retry } from './operator.js';

export const tryOperator: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    schedule(decision, {
      place,
      taskType: 'TRY',
      taskDefName: place.node.task.name,
      input: resolveInput(decision, place),
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(place.key);
    if (task !== undefined) beginBranch(decision, place, task);
  },

  onListEnd(decision: Decision, place: Place, { node }: Place): void {
    const task = decision.task(place.key);
    if (task === undefined || !isTaskOpen(task.status) || node.caseKey !== currentBranch(task)) return;
    leaveBranch(decision, place, task);
  },

  onFailure(decision: Decision, place: Place, inner: Place, failed: TaskState): boolean {
    const task = decision.task(place.key);
    if (task === undefined) return false;
    // What fails in a list that was given up has nothing more to say.
    if (!admitsInto(task, inner)) return true;
    const branch = currentBranch(task);
    if (!isTaskOpen(task.status) || inner.node.caseKey !== branch) return false;
    cancelInside(decision, place, reasons.branchGivenUp(failed.referenceTaskName, failed.reason));
    const error = errorOf(failed);
    if (branch === 'try' && place.node.cases.has('catch')) goTo(decision, place, task, 'catch', { try: error });
    else if (branch !== 'finally' && place.node.cases.get('finally') !== undefined) {
      goTo(decision, place, task, 'finally', { ...errorsOf(task), [branch]: error });
    } else fail(decision, task, error);
    return true;
  },

  admits(_decision: Decision, task: TaskState, inner: Place): boolean {
    return admitsInto(task, inner);
  },

  /** After a timeout of its own, say, nothing inside of it may go on. */
  onEnd(decision: Decision, place: Place, task: TaskState): void {
    if (task.status !== 'COMPLETED') cancelInside(decision, place, reasons.branchGivenUp(place.key, task.reason));
  },
};

function goTo(decision: Decision, place: Place, task: TaskState, branch: Branch, errors: Errors): void {
  decision.emit('BranchEntered', { taskId: task.taskId, branch, errors });
  const entered = decision.task(place.key);
  if (entered !== undefined) beginBranch(decision, place, entered);
}

/** Enters the current list; one without tasks is through at once. */
export function beginBranch(decision: Decision, place: Place, task: TaskState): void {
  const first = place.node.cases.get(currentBranch(task));
  if (first === undefined) leaveBranch(decision, place, task);
  else decision.enter(placeOf(first, place.scope, place.fork));
}

function leaveBranch(decision: Decision, place: Place, task: TaskState): void {
  const errors = errorsOf(task);
  if (currentBranch(task) !== 'finally' && place.node.cases.get('finally') !== undefined) {
    return goTo(decision, place, task, 'finally', errors);
  }
  const uncaught = uncaughtBranch(place.node, errors);
  const error = uncaught === undefined ? undefined : errors[uncaught];
  if (error !== undefined) return fail(decision, task, error);
  const caught = errors['try'];
  completeTask(decision, task, { output: caught === undefined ? { caught: false } : { error: caught, caught: true } });
}

function fail(decision: Decision, task: TaskState, error: JsonObject): void {
  const { reason } = error;
  failTask(decision, task, 'FAILED', {
    output: { error, caught: false },
    ...(typeof reason === 'string' ? { reasonForIncompletion: reason } : {}),
  });
}

/** Those that a JOIN outside waits for are settled, so that it hears of their end. */
function cancelInside(decision: Decision, place: Place, childTermination: string): void {
  for (const task of openInside(decision, place)) {
    cancelOpenTask(decision, task, childTermination);
    if (own(decision.state.awaited, task.referenceTaskName) !== undefined) decision.settle(task.referenceTaskName);
  }
}

function errorOf({ taskId, referenceTaskName, status, reason, output }: TaskState): JsonObject {
  return { taskId, referenceTaskName, status, reason: reason ?? null, output };
}

/**
 * The lists of a TRY: `try`, `catch`, `finally`, in its `decisionCases`. One of them is current; a failure in it makes the TRY give it up
 * for the next. What stands in a list that was given up is over: nothing in it begins, fails or is tried once more.
 */
import type { JsonObject } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import type { Node } from './flow.js';
import type { Place } from './place.js';
import { isTaskOpen, type TaskState } from '../state.js';

export type Branch = 'try' | 'catch' | 'finally';
/** By list: what had failed in it. */
export type Errors = Readonly<Record<string, JsonObject>>;

const order: readonly (string | undefined)[] = ['try', 'catch', 'finally'];

export function isBefore(list: string, other: string): boolean {
  return order.indexOf(list) < order.indexOf(other);
}

export function currentBranch({ branch }: TaskState): Branch {
  return (branch?.name as Branch | undefined) ?? 'try';
}

export function errorsOf({ branch }: TaskState): Errors {
  return branch?.errors ?? {};
}

/** The list that failed without anybody to catch it. An empty `catch` catches. */
export function uncaughtBranch({ cases }: Node, errors: Errors): Branch | undefined {
  if (errors['catch'] !== undefined) return 'catch';
  return errors['try'] !== undefined && !cases.has('catch') ? 'try' : undefined;
}

/** Whether what stands in a list of the TRY (`inner`, a task of that list) still counts. A list that ended well may have stragglers. */
export function admitsInto(task: TaskState, inner: Place): boolean {
  if (!isTaskOpen(task.status) && task.status !== 'COMPLETED') return false;
  return !Object.hasOwn(errorsOf(task), inner.node.caseKey ?? '');
}

/** Whether a place is inside of a list that a TRY around it has given up. */
export function isGivenUp(decision: Decision, place: Place): boolean {
  return isInTry(decision, place, (task, inner) => !admitsInto(task, inner));
}

/** Whether a place is inside of a list that a TRY around it has yet to come to. */
export function isStillAhead(decision: Decision, place: Place): boolean {
  return isInTry(
    decision,
    place,
    (task, { node }) => isTaskOpen(task.status) && order.indexOf(node.caseKey) > order.indexOf(currentBranch(task)),
  );
}

function isInTry(decision: Decision, place: Place, holds: (task: TaskState, inner: Place) => boolean): boolean {
  for (
    let around = decision.around(place), inner = place;
    around !== undefined;
    inner = around, around = decision.around(around)
  ) {
    const task = around.node.task.type === 'TRY' ? decision.task(around.key) : undefined;
    if (task !== undefined && holds(task, inner)) return true;
  }
  return false;
}

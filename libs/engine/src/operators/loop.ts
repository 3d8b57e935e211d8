/** What DO_WHILE and FOR_EACH have in common: their list, and how they end when something in their body has failed (contract 6.8). */
import type { JsonObject } from '@dacapo/contracts';
import { evaluateTemplate } from '@dacapo/expressions';

import { failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { isGivenUp } from '../flow/branches.js';
import { withInputTemplate } from '../flow/flow.js';
import { limits } from '../limits.js';
import { isTurnRunning, itemsKey } from '../flow/loop-turns.js';
import { iterationOf, type Place } from '../flow/place.js';
import { reasons } from '../reasons.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import { scopeOf } from '../scope.js';
import { isTaskOpen, own, type TaskState } from '../state.js';
import { failuresAmong, firstOfTurn, isListOver, tasksOfTurn } from '../flow/turns.js';
import type { Retry } from './operator.js';

export type LoopType = 'DO_WHILE' | 'FOR_EACH';

export function loopInput(decision: Decision, place: Place): JsonObject {
  return withInputTemplate(place.node, resolveInput(decision, place));
}

/** From the field `items`, or the input `_items`: a list; what is no list counts as its only item, what is missing as an empty one. */
export function resolveItems(decision: Decision, place: Place, input: JsonObject): readonly unknown[] | undefined {
  const { items: template } = place.node;
  if (template === undefined && !Object.hasOwn(input, itemsKey)) return undefined;
  const value: unknown =
    template === undefined ? own(input, itemsKey) : evaluateTemplate(template, scopeOf(decision.state, place));
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

interface NewLoop {
  readonly taskType: LoopType;
  readonly input: JsonObject;
  readonly items: readonly unknown[] | undefined;
  readonly retry: Retry | undefined;
}

/** The loop's task; undefined when it has failed already. */
export function beginLoop(decision: Decision, place: Place, loop: NewLoop): TaskState | undefined {
  const { taskType, input, items, retry } = loop;
  const { [itemsKey]: _, ...plain } = input;
  const isTooLong = items !== undefined && items.length > limits.loopItems;
  schedule(decision, {
    place,
    taskType,
    taskDefName: place.node.task.name,
    input: items === undefined || isTooLong ? plain : { ...plain, [itemsKey]: items },
    status: 'IN_PROGRESS',
    ...(retry === undefined ? {} : { previous: retry.previous }),
  });
  const task = decision.task(place.key);
  if (task === undefined || !isTooLong) return task;
  breakLoop(decision, task, reasons.loopItems(place.key, items.length, limits.loopItems));
  return undefined;
}

/** First task of a turn, unless the turn has begun or has no tasks. Who was skipped is still to be passed over. */
export function unbegun(decision: Decision, place: Place, turn: number): Place | undefined {
  const first = firstOfTurn(place, turn);
  const task = first === undefined ? undefined : decision.task(first.key);
  return task === undefined || task.status === 'SKIPPED' ? first : undefined;
}

/** The loop cannot go on; trying again would not help. */
export function breakLoop(decision: Decision, task: TaskState, reasonForIncompletion: string): void {
  failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', { reasonForIncompletion });
}

/**
 * The tasks of a turn that is through; undefined when it is not, or not any more. A task in it that has failed, and was let pass there
 * (permissive), fails the loop now.
 */
export function endedTurn(
  decision: Decision,
  place: Place,
  turn: number,
): { readonly task: TaskState; readonly inner: readonly TaskState[] } | undefined {
  const task = decision.task(place.key);
  if (task === undefined || !isTaskOpen(task.status) || !isTurnRunning(task, turn)) return undefined;
  if (task.evaluating !== undefined) return undefined;
  // A TRY around it has given up, and will cancel it: what ended while the workflow was paused must not make it go on.
  if (isGivenUp(decision, place)) return undefined;
  const first = firstOfTurn(place, turn);
  if (first !== undefined && !isListOver(decision, first)) return undefined;
  const inner = tasksOfTurn(decision, place, turn);
  const failed = failuresAmong(decision, inner);
  if (failed.length === 0) return { task, inner };
  failLoop(decision, task, failed);
  return undefined;
}

/** A task of its body has failed for good: the loop fails with the reasons. What else runs inside is cancelled when it has ended (flow/settle.ts). */
export function onLoopFailure(decision: Decision, place: Place, inner: Place): boolean {
  const task = decision.task(place.key);
  if (task === undefined || !isTaskOpen(task.status)) return false;
  failLoop(decision, task, failuresAmong(decision, tasksOfTurn(decision, place, iterationOf(inner.scope))));
  return true;
}

function failLoop(decision: Decision, task: TaskState, failed: readonly TaskState[]): void {
  const reasonForIncompletion = failed.map(({ reason }) => reason ?? '').join(' ');
  failTask(decision, task, 'FAILED', { reasonForIncompletion });
}

/** Nothing of a loop that has ended, or of another turn than those that run, is entered or followed any more. */
export function admits(_decision: Decision, task: TaskState, inner: Place): boolean {
  return isTaskOpen(task.status) && isTurnRunning(task, iterationOf(inner.scope));
}

/**
 * FOR_EACH: its body once for every item of a list, several turns beside each other. Ours; Conductor has only DO_WHILE over a list.
 *
 *     { "type": "FOR_EACH", "items": "${workflow.input.orders}", "loopOver": [...], "inputParameters": { "concurrency": 5 } }
 *
 * | what          | how                                                                                                                   |
 * | ------------- | --------------------------------------------------------------------------------------------------------------------- |
 * | `items`       | or `inputParameters._items` (models that do not know the field drop it): the list, resolved once; no list is one item    |
 * | `concurrency` | turns that run at once, a whole number of at least 1, default 10; 1 is in order                                          |
 * | references    | `{ref}__{n}`, n from 1 in the order of the list; a bare reference inside of a turn means the same turn                  |
 * | the item      | `${eachRef.output.loopItem}` and `.loopIndex` (from 0), inside of a turn                                                |
 * | output        | `iteration`: turns that have ended; while it runs `"{n}"`: outputs of turn n's tasks by reference, recorded as it ends |
 * | in the end    | `iteration`, and `results`: the same for all turns, in the order of the list (instead of the keys)                     |
 * | failure       | a task that fails for good, unless optional, fails the whole at once; what else runs inside is cancelled                |
 *
 * An empty list completes at once. A concurrency that is none fails it with FAILED_WITH_TERMINAL_ERROR.
 */
import type { JsonObject } from '@dacapo/contracts';

import { completeTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { begunTurns, isTurnRunning, itemsOf } from '../flow/loop-turns.js';
import { iterationOf, type Place } from '../flow/place.js';
import { reasons } from '../reasons.js';
import { isTaskOpen, own, type TaskState } from '../state.js';
import { outputsOf } from '../flow/turns.js';
import { admits, beginLoop, breakLoop, endedTurn, loopInput, onLoopFailure, resolveItems, unbegun } from './loop.js';
import type { Operator, Retry } from './operator.js';

const defaultConcurrency = 10;
const turnsPerStep = 50;

export const forEach: Operator = {
  reopens: true,

  enter(decision: Decision, place: Place, retry?: Retry): void {
    const given = loopInput(decision, place);
    const concurrency = concurrencyOf(given);
    const input = concurrency === undefined ? given : { ...given, concurrency };
    const items = resolveItems(decision, place, input) ?? [];
    const task = beginLoop(decision, place, { taskType: 'FOR_EACH', input, items, retry });
    if (task === undefined) return;
    if (concurrency === undefined) return breakLoop(decision, task, reasons.concurrency(place.key));
    if (items.length === 0) return completeTask(decision, task, { output: { iteration: 0, results: [] } });
    decision.emit('LoopIterated', { taskId: task.taskId, iteration: 0 });
    decision.resume(place, 1);
  },

  /** Begins the turns that may run, from one on, a few at a time. Of a negative one: looks whether that is over (flow/settle.ts). */
  resume(decision: Decision, place: Place, from: number): void {
    const task = decision.task(place.key);
    if (task === undefined || !isTaskOpen(task.status)) return;
    if (from < 0) return endTurn(decision, place, -from);
    const begun = begunTurns(task);
    const to = Math.min(from + turnsPerStep, begun + 1);
    for (let turn = from; turn < to; turn++) {
      if (!isTurnRunning(task, turn)) continue;
      const first = unbegun(decision, place, turn);
      if (first === undefined) endTurn(decision, place, turn);
      else decision.enter(first);
    }
    if (to <= begun) decision.resume(place, to);
  },

  onListEnd(decision: Decision, place: Place, last: Place): void {
    endTurn(decision, place, iterationOf(last.scope));
  },

  onFailure: onLoopFailure,
  admits,
};

function endTurn(decision: Decision, place: Place, turn: number): void {
  const end = endedTurn(decision, place, turn);
  if (end === undefined) return;
  const { task } = end;
  const before = begunTurns(task);
  const iteration = (task.turn ?? 0) + 1;
  decision.emit('LoopIterated', { taskId: task.taskId, iteration, output: { [turn]: outputsOf(end.inner) } });
  const count = itemsOf(task)?.length ?? 0;
  if (iteration >= count) completeTask(decision, task, { output: { iteration, results: resultsOf(task, count) } });
  else if (begunTurns(task) > before) decision.resume(place, before + 1);
}

function resultsOf({ output }: TaskState, count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => own(output, String(index + 1)) ?? {});
}

/** Undefined when it is no whole number of at least 1. An expression inside of a text gives text. */
function concurrencyOf(input: JsonObject): number | undefined {
  const given = own(input, 'concurrency') ?? defaultConcurrency;
  const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

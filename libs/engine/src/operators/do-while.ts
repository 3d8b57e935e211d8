/**
 * DO_WHILE: its body again and again, the first time before the condition is looked at (contract 6.8).
 *
 * | what            | how                                                                                                                |
 * | --------------- | ------------------------------------------------------------------------------------------------------------------ |
 * | references      | `{ref}__{n}`, n from 1; in loops within loops `{ref}__{outer}__{inner}`                                              |
 * | output          | `iteration`; `"{n}"`: outputs of the turn's tasks by reference; with a list `loopIndex` (from 0) and `loopItem`      |
 * | `loopCondition` | sees `$`: the inputParameters, `$[loopRef]`: the output so far, `$[innerRef]`: the latest output of an inner task     |
 * | `items`         | or `inputParameters._items`: a turn per item, as long as the condition (if there is one) holds                       |
 * | `keepLastN`     | in the inputParameters: older turns leave the view and the memory, the history keeps them                           |
 *
 * BETTER: the list is resolved once, not at every turn: a turn cannot change what the loop goes through. Loops may be nested. The output of a
 * loop inside of it stands in the turn once, under that loop's own reference.
 */
import type { EvaluationOutcome, JsonObject } from '@dacapo/contracts';
import { conditionHolds, evaluateTemplate, ExpressionError } from '@dacapo/expressions';

import { completeTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { evaluateAtOnce, requestEvaluation } from '../tasks/evaluation.js';
import { withInputTemplate } from '../flow/flow.js';
import { limits } from '../limits.js';
import { type LoopCondition, seenBy } from '../flow/loop-condition.js';
import { itemsKey, itemsOf } from '../flow/loop-turns.js';
import { iterationOf, type Place } from '../flow/place.js';
import { reasons } from '../reasons.js';
import { scopeOf, visible } from '../scope.js';
import { isTaskOpen, type TaskState } from '../state.js';
import { attemptsOfTurn, firstOfTurn, outputsOf } from '../flow/turns.js';
import { admits, beginLoop, breakLoop, endedTurn, loopInput, onLoopFailure, resolveItems, unbegun } from './loop.js';
import type { Operator, Retry } from './operator.js';

export const doWhile: Operator = {
  reopens: true,

  enter(decision: Decision, place: Place, retry?: Retry): void {
    const input = loopInput(decision, place);
    const items = resolveItems(decision, place, input);
    const task = beginLoop(decision, place, { taskType: 'DO_WHILE', input, items, retry });
    if (task === undefined) return;
    if (items?.length === 0) return completeTask(decision, task, { output: { iteration: 0 } });
    beginTurn(decision, { place, task, turn: 1 });
  },

  /** Begins its turn, or looks whether that is over: a retry of the workflow may have put in order what was missing. */
  resume(decision: Decision, place: Place): void {
    const task = decision.task(place.key);
    if (task === undefined || !isTaskOpen(task.status)) return;
    const turn = task.turn ?? 0;
    const first = unbegun(decision, place, turn);
    if (first === undefined) endTurn(decision, place, turn);
    else decision.enter(first);
  },

  onListEnd(decision: Decision, place: Place, last: Place): void {
    endTurn(decision, place, iterationOf(last.scope));
  },

  onEvaluated(decision: Decision, place: Place, task: TaskState, outcome: EvaluationOutcome): void {
    if (outcome.kind !== undefined) return cannotTell(decision, place, task, outcome.message ?? '');
    goOn(decision, { place, task, turn: task.turn ?? 0 }, conditionHolds(outcome.value ?? null), {});
  },

  onFailure: onLoopFailure,
  admits,
};

interface Turn {
  readonly place: Place;
  readonly task: TaskState;
  readonly turn: number;
}

function endTurn(decision: Decision, place: Place, turn: number): void {
  const ended = endedTurn(decision, place, turn);
  if (ended === undefined) return;
  const { task } = ended;
  const outputs = outputsOf(ended.inner);
  const items = itemsOf(task);
  const { condition } = place.node;
  const left = { [turn]: outputs };
  if (items !== undefined && turn >= items.length) return goOn(decision, { place, task, turn }, false, left);
  if (condition === undefined) return goOn(decision, { place, task, turn }, items !== undefined, left);
  try {
    judge(decision, { place, task, turn }, condition, outputs);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    cannotTell(decision, place, task, error.message);
  }
}

/** Looks at the condition. What the turn has left is recorded before, where the script may ask for it. */
function judge(decision: Decision, at: Turn, condition: LoopCondition, outputs: JsonObject): void {
  const { task, turn } = at;
  const left = { [turn]: outputs };
  if (condition.readsTurns) decision.emit('LoopIterated', { taskId: task.taskId, iteration: turn, output: left });
  const { source } = condition;
  const input = dollarOf(decision, at, condition, outputs);
  const outcome = evaluateAtOnce(decision, { form: 'script', source, input });
  if (outcome !== undefined) {
    return goOn(decision, at, conditionHolds(outcome.value ?? null), condition.readsTurns ? {} : left);
  }
  if (!condition.readsTurns) decision.emit('LoopIterated', { taskId: task.taskId, iteration: turn, output: left });
  requestEvaluation(decision, task, { form: 'script', source, input: seenBy(condition, copied(input, at.place)) });
}

/** `$`: made of what is there, nothing that grows with the turns is copied. */
function dollarOf(decision: Decision, at: Turn, condition: LoopCondition, outputs: JsonObject): JsonObject {
  const { place, task, turn } = at;
  const inner = firstOfTurn(place, turn) ?? place;
  const input = evaluateTemplate(condition.input, scopeOf(decision.state, inner, task.taskId)) as JsonObject;
  const items = itemsOf(task);
  const item = itemOf(items, turn);
  const others = condition.reads.flatMap((reference): readonly (readonly [string, unknown])[] => {
    const earlier = Object.hasOwn(outputs, reference) ? undefined : visible(decision.state, reference, inner);
    return earlier === undefined ? [] : [[reference, earlier.output]];
  });
  return Object.fromEntries([
    ...Object.entries(withInputTemplate(place.node, input)),
    ...(items === undefined ? [] : [[itemsKey, items] as const]),
    ...Object.entries(item),
    [place.node.reference, condition.readsTurns ? task.output : { iteration: turn, ...item }],
    ...others,
    ...Object.entries(outputs),
  ]);
}

/** The event must not hold what the state goes on changing. */
function copied(input: JsonObject, { node }: Place): JsonObject {
  return { ...input, [node.reference]: { ...(input[node.reference] as JsonObject) } };
}

function cannotTell(decision: Decision, { node }: Place, task: TaskState, message: string): void {
  breakLoop(decision, task, reasons.condition(node.task.loopCondition ?? '', message));
}

/** `left`: what the turn has left, unless that is recorded already. */
function goOn(decision: Decision, at: Turn, holds: boolean, left: JsonObject): void {
  const { place, task, turn } = at;
  const keepLastN = keepLastNOf(task);
  const dropped = keepLastN === undefined || turn <= keepLastN ? undefined : turn - keepLastN;
  const reason = holds ? limitReached(place, turn, keepLastN) : undefined;
  if (holds && reason === undefined) return beginTurn(decision, { ...at, turn: turn + 1 }, left, dropped);
  if (dropped !== undefined || Object.keys(left).length > 0) {
    decision.emit('LoopIterated', { taskId: task.taskId, iteration: turn, output: left, ...droppedKeys(dropped) });
  }
  drop(decision, place, dropped);
  if (reason === undefined) completeTask(decision, task, {});
  else breakLoop(decision, task, reason);
}

function beginTurn(decision: Decision, { place, task, turn }: Turn, left: JsonObject = {}, dropped?: number): void {
  const output = { ...left, ...itemOf(itemsOf(task), turn) };
  decision.emit('LoopIterated', {
    taskId: task.taskId,
    iteration: turn,
    ...(Object.keys(output).length === 0 ? {} : { output }),
    ...droppedKeys(dropped),
  });
  drop(decision, place, dropped);
  decision.resume(place, turn);
}

function itemOf(items: readonly unknown[] | undefined, turn: number): JsonObject {
  return items === undefined ? {} : { loopIndex: turn - 1, loopItem: items[turn - 1] };
}

function keepLastNOf({ input }: TaskState): number | undefined {
  const { keepLastN } = input;
  return typeof keepLastN === 'number' && Number.isInteger(keepLastN) && keepLastN >= 1 ? keepLastN : undefined;
}

function droppedKeys(turn: number | undefined): { readonly dropped?: readonly string[] } {
  return turn === undefined ? {} : { dropped: [String(turn)] };
}

function drop(decision: Decision, place: Place, turn: number | undefined): void {
  if (turn === undefined) return;
  const taskIds = [...attemptsOfTurn(decision, place, turn)];
  for (let from = 0; from < taskIds.length; from += limits.taskIdsPerEvent) {
    decision.emit('TasksRemoved', { taskIds: taskIds.slice(from, from + limits.taskIdsPerEvent) });
  }
}

function limitReached({ key }: Place, turn: number, keepLastN: number | undefined): string | undefined {
  if (turn >= limits.loopTurns) return reasons.loopTurns(key, limits.loopTurns);
  const kept = Math.min(turn, keepLastN ?? turn);
  return kept >= limits.loopTurnsKept ? reasons.loopTurnsKept(key, limits.loopTurnsKept) : undefined;
}

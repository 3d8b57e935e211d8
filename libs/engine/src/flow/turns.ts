/**
 * What belongs to one turn of a loop: its tasks, whether all of them are through, what they have left. Found by walking the definition along
 * what has come into being, so that it is right in whatever order things end, and however often it is asked.
 */
import type { JsonObject } from '@dacapo/contracts';

import type { WorkflowTask } from '@dacapo/definitions';

import { cancelOpenTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { errorsOf, isGivenUp } from './branches.js';
import { chosenList } from './flow.js';
import { begunTurns, runningTurns } from './loop-turns.js';
import { innerScope, type Place, placeOf } from './place.js';
import { reasons } from '../reasons.js';
import { isTaskOpen, isTaskSuccessful, type TaskState } from '../state.js';

/** First task of a loop's body at a turn; undefined when the body is empty. */
export function firstOfTurn({ node, scope, fork }: Place, turn: number): Place | undefined {
  return node.body === undefined ? undefined : placeOf(node.body, innerScope(scope, turn), fork);
}

/** Whether the list that begins here, with everything inside of its tasks, is through: every task has ended and has been followed. */
export function isListOver(decision: Decision, first: Place): boolean {
  for (let place: Place | undefined = first; place !== undefined; place = decision.after(place)) {
    const task = decision.task(place.key);
    if (task === undefined || isTaskOpen(task.status) || task.retried) return false;
    if (!isInsideOver(decision, place, task)) return false;
  }
  return true;
}

/** Whether the lists that a task has led into are through. A loop ends only when what is inside of it is. */
export function isInsideOver(decision: Decision, place: Place, task: TaskState): boolean {
  if (!isTaskSuccessful(task.status) || task.status === 'SKIPPED') return true;
  // Who ended a TRY in its midst has cancelled what was in it.
  if (task.taskType === 'TRY') return task.status !== 'COMPLETED' || areListsOver(decision, place, task);
  const chosen = chosenList(place.node, task.output);
  if (chosen !== undefined) return isListOver(decision, placeOf(chosen, place.scope, place.fork));
  for (const index of scattered(branchCount(place, task))) {
    const branch = branchAt(decision, place, task, index);
    if (branch !== undefined && !isListOver(decision, branch)) return false;
  }
  return true;
}

/** A TRY has ended well: what may still run stands in the lists that it has been through without giving them up. */
function areListsOver(decision: Decision, { node, scope, fork }: Place, task: TaskState): boolean {
  for (const [key, first] of node.cases) {
    if (first === undefined || Object.hasOwn(errorsOf(task), key)) continue;
    const place = placeOf(first, scope, fork);
    if (decision.task(place.key) !== undefined && !isListOver(decision, place)) return false;
  }
  return true;
}

/** All numbers below, far from each other: in whatever order branches end, one that is still open is found soon. */
function* scattered(count: number): Generator<number> {
  let stride = Math.max(1, Math.floor(count * 0.618));
  while (greatestDivisor(stride, count) > 1) stride += 1;
  for (let step = 0, at = count >> 1; step < count; step++, at = (at + stride) % count) yield at;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** The tasks that a dynamic fork has made stand in its input, each a branch of its own. */
function forkedTasks({ node }: Place, task: TaskState): readonly WorkflowTask[] | undefined {
  if (node.task.type !== 'FORK_JOIN_DYNAMIC') return undefined;
  const tasks = task.input['forkedTaskDefs'];
  return Array.isArray(tasks) ? (tasks as readonly WorkflowTask[]) : [];
}

function branchCount(place: Place, task: TaskState): number {
  return (forkedTasks(place, task) ?? place.node.branches).length;
}

function branchAt(decision: Decision, place: Place, task: TaskState, index: number): Place | undefined {
  const { node, scope, fork, key } = place;
  const forked = forkedTasks(place, task);
  const branch =
    forked === undefined ? node.branches[index] : decision.nodesOf(key).get(forked[index]?.taskReferenceName ?? '');
  return branch && placeOf(branch, scope, forked === undefined ? fork : key);
}

/** How far the tasks of a turn are followed into the loops among them. */
type Into = 'none' | 'running' | 'all';

/** The tasks of a list and of the lists inside of it, as far as they have come into being, in the order of the definition. */
export function* tasksFrom(decision: Decision, first: Place, into: Into): Generator<TaskState> {
  for (let place: Place | undefined = first; place !== undefined; place = decision.after(place)) {
    const task = decision.task(place.key);
    // What comes into being later cannot be there before it.
    if (task === undefined) return;
    const turns = turnsInside(task, into);
    yield task;
    const { node, scope, fork } = place;
    const cases = [...node.cases.values(), node.otherwise].flatMap((list) => list ?? []);
    for (const list of cases) yield* tasksFrom(decision, placeOf(list, scope, fork), into);
    for (let index = 0; index < branchCount(place, task); index++) {
      const branch = branchAt(decision, place, task, index);
      if (branch !== undefined) yield* tasksFrom(decision, branch, into);
    }
    for (const turn of turns) {
      const inner = firstOfTurn(place, turn);
      if (inner !== undefined) yield* tasksFrom(decision, inner, into);
    }
  }
}

function turnsInside(task: TaskState, into: Into): readonly number[] {
  if (into === 'none' || (task.taskType !== 'DO_WHILE' && task.taskType !== 'FOR_EACH')) return [];
  if (into === 'running') return isTaskOpen(task.status) ? [...runningTurns(task)] : [];
  return Array.from({ length: begunTurns(task) }, (_, index) => index + 1);
}

/** All tasks of a turn, without those of the turns of loops inside of it: what these have left stands in their loop's output. */
export function tasksOfTurn(decision: Decision, loop: Place, turn: number): readonly TaskState[] {
  const first = firstOfTurn(loop, turn);
  return first === undefined ? [] : [...tasksFrom(decision, first, 'none')];
}

/** What the tasks have left, by their references in the definition. */
export function outputsOf(tasks: readonly TaskState[]): JsonObject {
  return Object.fromEntries(tasks.map(({ node, referenceTaskName, output }) => [node ?? referenceTaskName, output]));
}

/** A failure that a TRY has caught is none of the loop's. */
export function failuresAmong(decision: Decision, tasks: readonly TaskState[]): readonly TaskState[] {
  return tasks
    .filter(({ status, retried }) => !isTaskOpen(status) && !isTaskSuccessful(status) && !retried)
    .filter((task) => !isGivenUp(decision, decision.placeOf(task)));
}

/** A loop has ended, whoever ended it: what still runs inside of it leads nowhere. */
export function cancelInside(decision: Decision, loop: Place, task: TaskState): void {
  for (const turn of runningTurns(task)) {
    const first = firstOfTurn(loop, turn);
    if (first === undefined) continue;
    for (const inner of tasksFrom(decision, first, 'running')) {
      if (isTaskOpen(inner.status)) cancelOpenTask(decision, inner, reasons.loopEnded(loop.key));
    }
  }
}

/** Ids of all attempts of a turn's tasks, and of those of the loops inside of it. */
export function* attemptsOfTurn(decision: Decision, loop: Place, turn: number): Generator<string> {
  const first = firstOfTurn(loop, turn);
  if (first === undefined) return;
  for (const { earlier = [], taskId } of tasksFrom(decision, first, 'all')) yield* [...earlier, taskId];
}

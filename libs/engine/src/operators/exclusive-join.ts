/**
 * EXCLUSIVE_JOIN: goes on with one of several tasks (contract 6.7). That is the first of `joinOn` that exists and was not skipped or jumped over; while none
 * does, the first such of `defaultExclusiveJoinTask`. It ends when that task has ended, with its output or its failure; while there is none,
 * it waits. It is woken by the end of any of them, or when none of them can come any more.
 */
import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import { schedule } from '../tasks/schedule.js';
import { isTaskOpen, isTaskSuccessful, type TaskState } from '../state.js';
import type { Operator, Retry } from './operator.js';

export const exclusiveJoin: Operator = {
  reopens: true,

  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { joinOn, defaultExclusiveJoinTask: otherwise } = place.node.task;
    const near = (reference: string): string => decision.keyNear(place, reference);
    schedule(decision, {
      place,
      taskType: 'EXCLUSIVE_JOIN',
      input: {
        joinOn: joinOn.map(near),
        ...(otherwise.length === 0 ? {} : { defaultExclusiveJoinTask: otherwise.map(near) }),
      },
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    evaluate(decision, place);
  },

  onBranchEnd(decision: Decision, place: Place): void {
    evaluate(decision, place);
  },
};

/**
 * Tasks that an operator has skipped or jumped over never come. When nothing in the workflow can happen any more but that, the EXCLUSIVE_JOIN
 * that was reached last goes on without them, with an empty output. Says whether there was one.
 */
export function endStranded(decision: Decision): boolean {
  const { openCount, openWaiters, evaluating, status, open } = decision.state;
  const isStuck = openCount > 0 && openCount === openWaiters && evaluating === 0;
  if (!isStuck || status !== 'RUNNING' || decision.hasSteps) return false;
  const last = Object.keys(open)
    .flatMap((key) => decision.task(key) ?? [])
    .filter((task) => task.taskType === 'EXCLUSIVE_JOIN' && chosenOf(decision, task) === undefined)
    .toSorted((a, b) => a.taskSeq - b.taskSeq)
    .at(-1);
  if (last !== undefined) completeTask(decision, last, { output: {} });
  return last !== undefined;
}

function chosenOf(decision: Decision, join: TaskState): TaskState | undefined {
  return firstOf(decision, join, 'joinOn') ?? firstOf(decision, join, 'defaultExclusiveJoinTask');
}

function evaluate(decision: Decision, place: Place): void {
  const join = decision.task(place.key);
  if (join === undefined || !isTaskOpen(join.status)) return;
  const chosen = chosenOf(decision, join);
  if (chosen === undefined || !isOver(chosen)) return;
  if (isTaskSuccessful(chosen.status)) return completeTask(decision, join, { output: chosen.output });
  const { permissive } = decision.placeOf(chosen).node.task;
  if (permissive && listed(join, 'joinOn').some((key) => isRunning(decision.task(key)))) return;
  failTask(decision, join, 'FAILED', { reasonForIncompletion: chosen.reason ?? '' });
}

function firstOf(decision: Decision, join: TaskState, list: string): TaskState | undefined {
  for (const key of listed(join, list)) {
    const task = decision.task(key);
    if (task !== undefined && task.status !== 'SKIPPED' && task.isPassedOver !== true) return task;
  }
  return undefined;
}

function listed({ input }: TaskState, list: string): readonly string[] {
  const keys = input[list];
  return Array.isArray(keys) ? keys.map(String) : [];
}

function isOver({ status, retried }: TaskState): boolean {
  return !isTaskOpen(status) && !retried;
}

function isRunning(task: TaskState | undefined): boolean {
  return task !== undefined && !isOver(task);
}

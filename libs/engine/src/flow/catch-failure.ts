/** A task has failed for good: does anybody around it take care of that? */
import type { Decision } from '../decision.js';
import { operatorOf } from '../operators/index.js';
import type { Place } from './place.js';
import { isTaskOpen, own, type TaskState } from '../state.js';

/** Asks from the inside out, all operators or only those of one type. Who waits for the task hears of its end when it is caught. */
export function isCaught(decision: Decision, place: Place, failed: TaskState, only?: string): boolean {
  for (
    let around = decision.around(place), inner = place;
    around !== undefined;
    inner = around, around = decision.around(around)
  ) {
    const { type } = around.node.task;
    if (only !== undefined && type !== only) continue;
    if (operatorOf(type).onFailure?.(decision, around, inner, failed) !== true) continue;
    wakeJoins(decision, failed.referenceTaskName);
    return true;
  }
  return false;
}

/** Whether a JOIN still waits for it. */
export function isAwaited({ state }: Decision, key: string): boolean {
  return (own(state.awaited, key) ?? []).some((joinKey) => {
    const join = own(state.tasks, joinKey);
    return join !== undefined && isTaskOpen(join.status);
  });
}

export function wakeJoins(decision: Decision, key: string): void {
  for (const joinKey of own(decision.state.awaited, key) ?? []) {
    const join = decision.task(joinKey);
    if (join === undefined) continue;
    const place = decision.placeOf(join);
    operatorOf(place.node.task.type).onBranchEnd?.(decision, place);
  }
}

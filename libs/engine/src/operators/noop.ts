/** NOOP: does nothing, well (contract 6.15). */
import { completeTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import { beginInLine, resolveInput } from '../tasks/schedule.js';
import type { Operator, Retry } from './operator.js';

export const noop: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const input = resolveInput(decision, place);
    const task = beginInLine(decision, { place, taskType: 'NOOP', taskDefName: place.node.task.name, input }, retry);
    if (task !== undefined) completeTask(decision, task, {});
  },
};

/** SET_VARIABLE: its input becomes workflow variables, key by key (contract 6.12). */
import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import { excessOf } from '../workflow/variables.js';
import type { Operator, Retry } from './operator.js';

export const setVariable: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const variables = resolveInput(decision, place);
    const taskId = schedule(decision, {
      place,
      taskType: 'SET_VARIABLE',
      taskDefName: place.node.task.name,
      input: variables,
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(place.key);
    if (task === undefined) return;
    const reasonForIncompletion = excessOf(decision.state, variables);
    if (reasonForIncompletion !== undefined) {
      return failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', { reasonForIncompletion });
    }
    decision.emit('VariablesSet', { taskId, variables });
    completeTask(decision, task, {});
  },
};

/** SET_VARIABLE: its input becomes workflow variables, key by key (contract 6.12). */
import { completeTask, failTask } from '../attempt-end.js';
import type { Decision } from '../decision.js';
import type { Place } from '../place.js';
import { limits } from '../limits.js';
import { resolveInput, schedule } from '../schedule.js';
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
    const size = utf8Bytes(JSON.stringify({ ...decision.state.variables, ...variables }));
    if (size > limits.variablesBytes) {
      const reasonForIncompletion =
        `The variables payload size: ${size} of workflow: ${decision.state.workflowId} ` +
        `is greater than the permissible limit: ${limits.variablesBytes / 1024} kilobytes`;
      return failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', { reasonForIncompletion });
    }
    decision.emit('VariablesSet', { taskId, variables });
    completeTask(decision, task, {});
  },
};

/** The limit is one of bytes, as Conductor counts them. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Three bytes beyond 0x7ff; a surrogate pair has four, two for each half.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** TERMINATE: ends the whole workflow with a status, an output and a reason of its own (contract 6.11). */
import type { JsonObject } from '@dacapo/contracts';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import type { TaskState } from '../state.js';
import { completeWorkflow, failWorkflow } from '../workflow/end.js';
import type { Operator, Retry } from './operator.js';

export const terminate: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const input = resolveInput(decision, place);
    schedule(decision, {
      place,
      taskType: 'TERMINATE',
      taskDefName: place.node.task.name,
      input,
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(place.key);
    if (task === undefined) return;
    const status = input['terminationStatus'];
    if (status !== 'COMPLETED' && status !== 'FAILED' && status !== 'TERMINATED') {
      return failTask(decision, task, 'FAILED', { reasonForIncompletion: 'given termination status is not valid' });
    }
    completeTask(decision, task, { output: outputOf(input['workflowOutput']) });
  },

  /** Also after a retry of the workflow: where a TERMINATE has succeeded the workflow is over (contract 5.4). */
  follow(decision: Decision, _place: Place, task: TaskState): void {
    const { terminationStatus: status, terminationReason: given } = task.input;
    const reason =
      typeof given === 'string' && given !== ''
        ? given
        : `Workflow is ${String(status)} by TERMINATE task: ${task.taskId}`;
    if (status === 'FAILED' || status === 'TERMINATED') {
      failWorkflow(decision, status, reason, task, { output: task.output });
    } else completeWorkflow(decision, task.output, reason);
  },
};

function outputOf(value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : { output: value };
}

/** TERMINATE: ends the whole workflow with a status, an output and a reason of its own (contract 6.11). */
import type { JsonObject } from '@dacapo/contracts';

import { failTask } from '../attempt-end.js';
import type { Decision } from '../decision.js';
import type { Node } from '../flow.js';
import { resolveInput, schedule } from '../schedule.js';
import { completeWorkflow, failWorkflow } from '../workflow-end.js';
import type { Operator, Retry } from './operator.js';

export const terminate: Operator = {
  enter(decision: Decision, node: Node, retry?: Retry): void {
    const input = resolveInput(decision, node);
    const taskId = schedule(decision, {
      node,
      taskType: 'TERMINATE',
      taskDefName: node.task.name,
      input,
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(node.reference);
    if (task === undefined) return;
    const status = input['terminationStatus'];
    if (status !== 'COMPLETED' && status !== 'FAILED' && status !== 'TERMINATED') {
      return failTask(decision, task, 'FAILED', { reasonForIncompletion: 'given termination status is not valid' });
    }
    const output = outputOf(input['workflowOutput']);
    decision.emit('TaskCompleted', { taskId, status: 'COMPLETED', output });
    const given = input['terminationReason'];
    const reason =
      typeof given === 'string' && given !== '' ? given : `Workflow is ${status} by TERMINATE task: ${taskId}`;
    if (status === 'COMPLETED') completeWorkflow(decision, output, reason);
    else failWorkflow(decision, status, reason, task, { output });
  },
};

function outputOf(value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : { output: value };
}

/** How a workflow ends: what is open is cancelled, the output is made, the failure workflow is asked for (contract 5.4, 5.10, 5.11). */
import type { JsonObject } from '@dacapo/contracts';
import { evaluateTemplate, ExpressionError } from '@dacapo/expressions';

import type { Decision } from '../decision.js';
import { cancelOpenTask } from '../tasks/attempt-end.js';
import { isGivenUp } from '../flow/branches.js';
import { failureWorkflowOf } from './failure-workflow.js';
import { reasons } from '../reasons.js';
import { workflowOutputFault } from '../schemas.js';
import { scopeOf } from '../scope.js';
import { isTaskOpen, isTaskSuccessful, own, type TaskState, type WorkflowState } from '../state.js';

export type Failure = 'FAILED' | 'TIMED_OUT' | 'TERMINATED';

/** Nothing runs and nothing follows: the workflow is complete, unless a permissive task failed on the way. */
export function completeIfDone(decision: Decision): void {
  const { state } = decision;
  if (state.status !== 'RUNNING' || state.openCount > 0 || state.deferred.length > 0 || state.rateLimited) return;
  const failed = permissiveFailures(decision);
  if (failed.length > 0) {
    const reason = failed
      .map((task) => `Task ${task.taskId} failed with status: ${task.status} and reason: '${task.reason ?? 'null'}'`)
      .join('. ');
    return failWorkflow(decision, 'FAILED', reason, failed[0]);
  }
  completeWorkflow(
    decision,
    outputOf(decision, undefined),
    state.taskCount === 0 ? 'No tasks found to be executed' : undefined,
  );
}

/** Only definitions that may have permissive tasks pay for the search. */
function permissiveFailures(decision: Decision): readonly TaskState[] {
  if (!decision.flow.mayBear) return [];
  return Object.values(decision.state.tasks)
    .filter((task) => !isTaskOpen(task.status) && !isTaskSuccessful(task.status) && !task.retried)
    .filter((task) => task.isPassedOver !== true)
    .filter((task) => {
      const place = decision.placeOf(task);
      const { permissive, optional } = place.node.task;
      return permissive && !optional && !isGivenUp(decision, place);
    })
    .sort((a, b) => a.taskSeq - b.taskSeq);
}

export function completeWorkflow(decision: Decision, output: JsonObject, reason: string | undefined): void {
  const fault = workflowOutputFault(decision.flow, output);
  if (fault !== undefined) return failWorkflow(decision, 'FAILED', fault, undefined, { output });
  cancelOpenTasks(decision, 'COMPLETED', reason);
  decision.dropAgenda();
  const { run, failedReferenceTaskNames, failedTaskNames } = decision.state;
  decision.emit('WorkflowCompleted', {
    output,
    ...(reason === undefined ? {} : { reason }),
    ...(failedReferenceTaskNames.length === 0 ? {} : { failedReferenceTaskNames, failedTaskNames }),
    ...(run === 0 ? {} : { run }),
  });
}

export interface FailureOptions {
  /** An operator who terminates a workflow does not start its failure workflow. */
  readonly withoutFailureWorkflow?: true;
  readonly output?: JsonObject;
}

export function failWorkflow(
  decision: Decision,
  status: Failure,
  reason: string | undefined,
  task?: TaskState,
  options: FailureOptions = {},
): void {
  cancelOpenTasks(decision, status, reason);
  decision.dropAgenda();
  const { state } = decision;
  let output = options.output ?? outputOf(decision, task);
  const request = options.withoutFailureWorkflow ? undefined : failureWorkflowOf(decision, status, reason, task);
  if (request !== undefined) {
    output = { ...output, 'conductor.failure_workflow': request.failureWorkflowId };
    decision.emit('FailureWorkflowRequested', request);
  }
  const data = {
    output,
    failedReferenceTaskNames: state.failedReferenceTaskNames,
    failedTaskNames: state.failedTaskNames,
    ...(reason === undefined ? {} : { reason }),
    ...(task === undefined ? {} : { failedTaskId: task.taskId }),
    ...(state.run === 0 ? {} : { run: state.run }),
  };
  if (status === 'FAILED') decision.emit('WorkflowFailed', data);
  else if (status === 'TIMED_OUT') decision.emit('WorkflowTimedOut', data);
  else decision.emit('WorkflowTerminated', data);
}

/** `more`: what else stands in the event of each. */
export function cancelOpenTasks(
  decision: Decision,
  status: string,
  reason: string | undefined,
  more: { readonly passedOver?: true } = {},
): void {
  const { state } = decision;
  const childTermination = reasons.parentTerminated(reason, status);
  for (const reference of Object.keys(state.open)) {
    const task = own(state.tasks, reference);
    if (task !== undefined) cancelOpenTask(decision, task, childTermination, more);
  }
}

/** `outputParameters` resolved; without them the output of the last task, or of the one that failed. */
function outputOf(decision: Decision, failed: TaskState | undefined): JsonObject {
  const { state, flow } = decision;
  if (flow.output === undefined) return (failed ?? lastTask(state))?.output ?? {};
  try {
    return evaluateTemplate(flow.output, scopeOf(state)) as JsonObject;
  } catch (error) {
    // The work is done and must not be lost over its summary.
    if (!(error instanceof ExpressionError)) throw error;
    return { 'dacapo.output_error': error.message };
  }
}

function lastTask(state: WorkflowState): TaskState | undefined {
  return state.lastTask === undefined ? undefined : own(state.tasks, state.lastTask);
}

/** What a failed workflow hands to its failure workflow (contract 5.11). Part of an event, so that the reaction needs nothing else. */
import type { EventData, JsonObject } from '@dacapo/contracts';
import { ExpressionError, resolve } from '@dacapo/expressions';

import type { Decision } from '../decision.js';
import { scopeOf } from '../scope.js';
import { own, type TaskState, type WorkflowState } from '../state.js';

export function failureWorkflowOf(
  decision: Decision,
  status: string,
  reason: string | undefined,
  task: TaskState | undefined,
): EventData<'FailureWorkflowRequested'> | undefined {
  const { state } = decision;
  const { failureWorkflow, failureWorkflowVersion } = decision.flow.definition;
  const name = failureWorkflow === undefined ? undefined : nameOf(failureWorkflow, state);
  if (name === undefined || name === '') return undefined;
  return {
    failureWorkflowId: decision.deriveId('failure-workflow', state.seq),
    name,
    ...(failureWorkflowVersion === undefined ? {} : { version: failureWorkflowVersion }),
    ...(state.correlationId === undefined ? {} : { correlationId: state.correlationId }),
    ...(state.taskToDomain === undefined ? {} : { taskToDomain: state.taskToDomain }),
    input: {
      ...state.input,
      workflowId: state.workflowId,
      reason: reason ?? null,
      failureStatus: status,
      ...(task === undefined ? {} : { failureTaskId: task.taskId }),
      failedWorkflow: describe(state, status, reason),
    },
  };
}

/**
 * The name may be an expression. Without braces it is Conductor's own syntax: a path whose third part is the key of the workflow's input
 * (`$workflow.input.handler`).
 */
function nameOf(text: string, state: WorkflowState): string | undefined {
  if (!text.startsWith('$') && !text.includes('${')) return text;
  const key = text.split('.')[2];
  const value = text.includes('${') ? resolved(text, state) : key === undefined ? undefined : own(state.input, key);
  return typeof value === 'string' ? value : undefined;
}

/** Nothing, when it cannot be resolved: the workflow ends all the same. */
function resolved(text: string, state: WorkflowState): unknown {
  try {
    return resolve(text, scopeOf(state));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return undefined;
  }
}

function describe(state: WorkflowState, status: string, reason: string | undefined): JsonObject {
  return {
    workflowId: state.workflowId,
    workflowName: state.name,
    workflowVersion: state.version,
    status,
    createTime: state.createTime,
    correlationId: state.correlationId ?? null,
    reasonForIncompletion: reason ?? null,
    input: state.input,
    variables: state.variables,
    failedReferenceTaskNames: state.failedReferenceTaskNames,
    tasks: Object.values(state.tasks)
      .toSorted((a, b) => a.taskSeq - b.taskSeq)
      .map(describeTask),
  };
}

function describeTask(task: TaskState): JsonObject {
  return {
    taskId: task.taskId,
    referenceTaskName: task.referenceTaskName,
    taskType: task.taskType,
    taskDefName: task.taskDefName,
    status: task.status,
    seq: task.taskSeq,
    retryCount: task.retryCount,
    inputData: task.input,
    outputData: task.output,
    reasonForIncompletion: task.reason ?? null,
    scheduledTime: task.scheduledTime,
    startTime: task.startTime,
    endTime: task.endTime,
  };
}

/** What `${...}` may see of a workflow (contract 5.5): `workflow`, and every task by its reference name. */
import type { Scope } from '@dacapo/expressions';

import { own, type TaskState, type WorkflowState } from './state.js';

export function scopeOf(state: WorkflowState, taskId?: string): Scope {
  return {
    root(name: string): unknown {
      if (name === 'workflow') return workflowRoot(state);
      if (name === 'CPEWF_TASK_ID') return taskId;
      const task = own(state.tasks, name);
      return task === undefined ? undefined : taskRoot(state, task);
    },
  };
}

function workflowRoot(state: WorkflowState): Record<string, unknown> {
  return {
    input: state.input,
    output: state.output,
    status: state.status,
    workflowId: state.workflowId,
    parentWorkflowId: state.parent?.workflowId ?? null,
    parentWorkflowTaskId: state.parent?.taskId ?? null,
    workflowType: state.name,
    version: state.version,
    correlationId: state.correlationId ?? null,
    reasonForIncompletion: state.reason ?? null,
    schemaVersion: 2,
    variables: state.variables,
  };
}

function taskRoot(state: WorkflowState, task: TaskState): Record<string, unknown> {
  return {
    input: task.input,
    output: task.output,
    taskType: task.taskType,
    status: task.status,
    referenceTaskName: task.referenceTaskName,
    retryCount: task.retryCount,
    correlationId: state.correlationId ?? null,
    pollCount: task.pollCount,
    taskDefName: task.taskDefName,
    scheduledTime: task.scheduledTime,
    startTime: task.startTime,
    endTime: task.endTime,
    workflowInstanceId: state.workflowId,
    taskId: task.taskId,
    reasonForIncompletion: task.reason ?? null,
    callbackAfterSeconds: task.callbackAfterSeconds,
    workerId: task.workerId ?? null,
    iteration: task.iteration,
  };
}

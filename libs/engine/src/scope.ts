/** What `${...}` may see of a workflow (contract 5.5): `workflow`, and every task by its reference name. */
import type { Scope } from '@dacapo/expressions';

import { type Place, scopesAround } from './place.js';
import { own, type TaskState, type WorkflowState } from './state.js';

/** What is seen from a place; without one, what the workflow as a whole sees. */
export function scopeOf(state: WorkflowState, place?: Place, taskId?: string): Scope {
  return {
    root(name: string): unknown {
      if (name === 'workflow') return workflowRoot(state);
      if (name === 'CPEWF_TASK_ID') return taskId;
      const task = visible(state, name, place);
      return task === undefined ? own(state.environment ?? {}, `\${${name}}`) : taskRoot(state, task, place);
    },
  };
}

/** The execution that a reference name means: the one of the turns around the place, then the latest of all. */
export function visible(state: WorkflowState, name: string, place: Place | undefined): TaskState | undefined {
  for (const scope of scopesAround(place?.scope ?? '')) {
    const task = own(state.tasks, name + scope);
    if (task !== undefined) return task;
  }
  const latest = own(state.latest, name);
  const task = latest === undefined ? undefined : own(state.tasks, latest);
  // The turns of a FOR_EACH run beside each other: what the latest of them did is none of the others' business.
  return task !== undefined && place?.node.isConcurrent === true && isBeside(place, task) ? undefined : task;
}

function isBeside({ scope }: Place, task: TaskState): boolean {
  return (task.scope ?? '').split('__').length >= scope.split('__').length;
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
    env: state.environment ?? {},
  };
}

function taskRoot(state: WorkflowState, task: TaskState, place: Place | undefined): Record<string, unknown> {
  return {
    input: task.input,
    output: outputSeenFrom(task, place),
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

/** Inside of a FOR_EACH its output holds the item of the turn. */
function outputSeenFrom(task: TaskState, place: Place | undefined): unknown {
  if (task.taskType !== 'FOR_EACH' || place === undefined) return task.output;
  const around = task.scope ?? '';
  if (!place.scope.startsWith(around) || place.scope === around) return task.output;
  const iteration = Number(place.scope.slice(around.length + 2).split('__')[0]);
  const items = task.input['items'];
  return {
    ...task.output,
    loopIndex: iteration - 1,
    loopItem: Array.isArray(items) ? (items[iteration - 1] as unknown) : null,
  };
}

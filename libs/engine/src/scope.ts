/** What `${...}` may see of a workflow (contract 5.5): `workflow`, and every task by its reference name. */
import type { Scope } from '@dacapo/expressions';

import type { Node } from './flow/flow.js';
import { isLoop, itemsOf } from './flow/loop-turns.js';
import { iterationOf, loopsAround, outerScope, type Place } from './flow/place.js';
import { isTaskOpen, own, type TaskState, type WorkflowState } from './state.js';

/** What is seen from a place; without one, what the workflow as a whole sees. */
export function scopeOf(state: WorkflowState, place?: Place, taskId?: string): Scope {
  const growing = new Set<unknown>();
  return {
    root(name: string): unknown {
      if (name === 'workflow') return workflowRoot(state);
      if (name === 'CPEWF_TASK_ID') return taskId;
      const task = visible(state, name, place);
      if (task === undefined) return own(state.environment ?? {}, `\${${name}}`);
      if (isLoop(task) && isTaskOpen(task.status)) growing.add(task.output);
      return taskRoot(state, task, place);
    },
    detach: (value) => (growing.size === 0 ? value : detached(value, growing, 2)),
  };
}

/** The output of a loop that runs grows in place: who takes the whole of it, alone, with its task or in a list, gets a copy. */
function detached(value: unknown, growing: ReadonlySet<unknown>, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (growing.has(value)) return { ...value };
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => detached(item, growing, depth - 1));
  const entries = Object.entries(value);
  if (!entries.some(([, item]) => growing.has(item))) return value;
  return Object.fromEntries(entries.map(([key, item]) => [key, detached(item, growing, 0)]));
}

/**
 * The execution that a reference name means: in a loop around the place the one of the same turn, or the latest within it; then the latest of
 * all. The turns of a FOR_EACH run beside each other: what another of them does is only seen by its full name, `ref__2`.
 */
export function visible(state: WorkflowState, name: string, place: Place | undefined): TaskState | undefined {
  const around = place === undefined ? [] : [...loopsAround(place)];
  for (const { loop, scope } of around) {
    const task = own(state.tasks, name + scope) ?? latestIn(state, own(state.latestIn, scope), name);
    if (task !== undefined && isInside(state, loop, task)) return task;
  }
  const named = own(state.tasks, name);
  if (named !== undefined) return named;
  const latest = latestIn(state, state.latest, name);
  if (latest === undefined) return undefined;
  const isBeside = around.some(({ loop }) => loop.task.type === 'FOR_EACH' && isInside(state, loop, latest));
  return isBeside ? undefined : latest;
}

function latestIn(
  state: WorkflowState,
  keys: Readonly<Record<string, string>> | undefined,
  name: string,
): TaskState | undefined {
  const key = keys === undefined ? undefined : own(keys, name);
  return key === undefined ? undefined : own(state.tasks, key);
}

/** Whether a task stands in the body of a loop, or was made by a dynamic fork that does. */
function isInside(state: WorkflowState, loop: Node, task: TaskState): boolean {
  if (loop.inside.has(task.node ?? task.referenceTaskName)) return true;
  const owner = task.fork === undefined ? undefined : own(state.tasks, task.fork);
  return owner !== undefined && isInside(state, loop, owner);
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

/** Inside of a FOR_EACH its output holds the item of the turn, and nothing of the others. */
function outputSeenFrom(task: TaskState, place: Place | undefined): unknown {
  if (task.taskType !== 'FOR_EACH' || place === undefined) return task.output;
  for (const { loop, scope } of loopsAround(place)) {
    if (loop.reference + outerScope(scope) !== task.referenceTaskName) continue;
    const loopIndex = iterationOf(scope) - 1;
    return { iteration: task.output['iteration'], loopIndex, loopItem: itemsOf(task)?.[loopIndex] ?? null };
  }
  return task.output;
}

/**
 * How an attempt ends. Whether another one follows, and whether an optional task is forgiven, is decided here and stands in the event:
 * a paused workflow can act on it when it is resumed. Contract 5.7.
 */
import type { EventData, JsonObject, TaskLog } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import type { Node } from '../flow/flow.js';
import { cachedAs } from './cached-output.js';
import { reasons } from '../reasons.js';
import { taskOutputFault } from '../schemas.js';
import type { TaskState } from '../state.js';

/** Operators of the engine itself are never retried by a task's policy (contract 4.2). */
const builtIn: ReadonlySet<string> = new Set([
  'DECISION',
  'SWITCH',
  'FORK_JOIN',
  'FORK_JOIN_DYNAMIC',
  'JOIN',
  'EXCLUSIVE_JOIN',
  'DO_WHILE',
  'FOR_EACH',
  'TRY',
]);

export interface TaskResult {
  readonly workerId?: string;
  readonly reasonForIncompletion?: string;
  readonly output?: JsonObject;
  readonly logs?: readonly TaskLog[];
  /** The end is the word of its child, about this run. */
  readonly childRun?: number;
  readonly noChild?: true;
}

export function completeTask(
  decision: Decision,
  task: TaskState,
  result: TaskResult,
  status: 'COMPLETED' | 'COMPLETED_WITH_ERRORS' = 'COMPLETED',
): void {
  const fault = taskOutputFault(decision.flow, decision.placeOf(task).node.taskDef, result.output ?? {});
  // The work is not done again: what it gave stays to be looked at.
  if (fault !== undefined) {
    const refused = { ...result, reasonForIncompletion: fault };
    return failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', refused);
  }
  const reusable = status === 'COMPLETED' ? cachedAs(decision, decision.placeOf(task).node, task) : {};
  decision.emit('TaskCompleted', {
    taskId: task.taskId,
    status,
    ...result,
    ...leftChild(task, result, status),
    ...reusable,
  });
  decision.settle(task.referenceTaskName);
}

/** A task that ends without the word of its child leaves it behind: nobody waits for it any more, so it ends too. */
function leftChild(
  { taskId, subWorkflowId, childRun = 0 }: TaskState,
  result: TaskResult,
  status: string,
): Pick<EventData<'TaskCompleted'>, 'subWorkflowId' | 'childTermination' | 'childRun'> {
  if (subWorkflowId === undefined || result.childRun !== undefined) return {};
  return { subWorkflowId, childRun, childTermination: reasons.taskEndedWithoutChild(taskId, status) };
}

type Failure = 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR' | 'TIMED_OUT' | 'CANCELED';

export function failTask(decision: Decision, task: TaskState, status: Failure, result: TaskResult): void {
  const { node } = decision.placeOf(task);
  const retried = mayRetry(decision, node, task, status);
  const forgiven = !retried && node.task.optional && !isTotalTimeoutSpent(decision, node, task);
  const data = {
    taskId: task.taskId,
    ...result,
    ...leftChild(task, result, status),
    ...(retried ? { retried } : {}),
  };
  emitFailure(decision, forgiven ? 'COMPLETED_WITH_ERRORS' : status, status, data);
  decision.settle(task.referenceTaskName);
}

/** With its child workflow, which hears `childTermination`. Nothing follows from it. */
export function cancelOpenTask(
  decision: Decision,
  { taskId, subWorkflowId, childRun = 0 }: TaskState,
  childTermination: string,
  more: Pick<EventData<'TaskCanceled'>, 'passedOver'> = {},
): void {
  decision.emit('TaskCanceled', {
    taskId,
    ...more,
    ...(subWorkflowId === undefined ? {} : { subWorkflowId, childRun, childTermination }),
  });
}

function emitFailure(
  decision: Decision,
  status: Failure | 'COMPLETED_WITH_ERRORS',
  failure: Failure,
  data: Omit<EventData<'TaskFailed'>, 'status'>,
): void {
  if (failure === 'TIMED_OUT') {
    decision.emit('TaskTimedOut', { ...data, ...(status === 'COMPLETED_WITH_ERRORS' ? { status } : {}) });
  } else if (status === 'CANCELED' || status === 'TIMED_OUT') decision.emit('TaskCanceled', data);
  else decision.emit('TaskFailed', { ...data, status });
}

function mayRetry(decision: Decision, node: Node, task: TaskState, status: Failure): boolean {
  if (status === 'CANCELED' || status === 'FAILED_WITH_TERMINAL_ERROR') return false;
  if (builtIn.has(node.task.type) || isTotalTimeoutSpent(decision, node, task)) return false;
  const allowed = node.task.retryCount ?? node.taskDef?.retryCount ?? 0;
  return task.retryCount < allowed;
}

export function isTotalTimeoutSpent(decision: Decision, node: Node, task: TaskState): boolean {
  const total = node.taskDef?.totalTimeoutSeconds ?? 0;
  return total > 0 && decision.now - task.firstScheduledTime >= total * 1000;
}

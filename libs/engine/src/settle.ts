/**
 * What the end of an attempt leads to: another attempt, the next task, or the end of the workflow. Contract 5.3, 5.7.
 */
import type { TaskStatus } from '@dacapo/contracts';
import { defaultTaskDef } from '@dacapo/definitions';
import { ExpressionError } from '@dacapo/expressions';

import { isTotalTimeoutSpent } from './attempt-end.js';
import type { Decision } from './decision.js';
import type { Node } from './flow.js';
import { operatorOf } from './operators/index.js';
import type { Retry } from './operators/operator.js';
import { reasons } from './reasons.js';
import { retryDelaySeconds } from './retry-delay.js';
import { isTaskSuccessful, own, type TaskState } from './state.js';
import { completeIfDone, failWorkflow } from './workflow-end.js';

/** Works the agenda off; when nothing is left on it and nothing runs, the workflow is complete. */
export function runAgenda(decision: Decision): void {
  for (let step = decision.nextStep(); step !== undefined; step = decision.nextStep()) {
    if ('enter' in step) enter(decision, step.enter);
    else if ('leave' in step) proceed(decision, step.leave);
    else settle(decision, step.settle);
  }
  completeIfDone(decision);
}

/** A reference that exists already is not scheduled again: the JOIN behind a fork is reached by every branch. */
function enter(decision: Decision, node: Node): void {
  if (decision.task(node.reference) === undefined) enterAnew(decision, node);
}

/** The same for a task that is tried once more. */
export function enterAnew(decision: Decision, node: Node, retry?: Retry): void {
  try {
    operatorOf(node.task.type).enter(decision, node, retry);
  } catch (error) {
    // A template that is too deep or too large is the definition's fault: the workflow ends with that reason, nobody else is held up.
    if (!(error instanceof ExpressionError)) throw error;
    failWorkflow(decision, 'FAILED', `Input of task ${node.reference} cannot be resolved: ${error.message}`);
  }
}

/** What follows when an attempt has ended. */
function settle(decision: Decision, reference: string): void {
  const task = decision.task(reference);
  if (task === undefined || decision.state.status !== 'RUNNING') return;
  const node = decision.node(reference);
  if (task.retried) return scheduleRetry(decision, node, task);
  const isSuccess = isTaskSuccessful(task.status);
  const isBorne = node.task.permissive && !isTotalTimeoutSpent(decision, node, task);
  // A failure that ends the workflow wakes no JOIN: it is cancelled like everything else that is open.
  if (!isSuccess && !isBorne) return failWorkflow(decision, endOf(task.status), reasonOf(decision, node, task), task);
  wakeJoins(decision, reference);
  const operator = operatorOf(node.task.type);
  if (isSuccess && operator.follow !== undefined) operator.follow(decision, node, task);
  else proceed(decision, node);
}

function scheduleRetry(decision: Decision, node: Node, task: TaskState): void {
  const taskDef = node.taskDef ?? defaultTaskDef(task.taskDefName);
  enterAnew(decision, node, {
    previous: task,
    delaySeconds: retryDelaySeconds(taskDef, task.retryCount),
    jitterMs: jitterMs(decision, taskDef.backoffJitterMs, task),
  });
}

/** "Random" by the attempt's own id: drawn once, the same in every replay. */
function jitterMs(decision: Decision, maxMs: number, task: TaskState): number {
  if (maxMs <= 0) return 0;
  const draw = Number.parseInt(decision.deriveId('jitter', task.taskId).slice(24), 16);
  return draw % (maxMs + 1);
}

function wakeJoins(decision: Decision, reference: string): void {
  for (const join of own(decision.state.awaited, reference) ?? []) {
    operatorOf(decision.node(join).task.type).onBranchEnd?.(decision, decision.node(join));
  }
}

/** The flow goes on behind a task: its neighbour in the list, or whatever its branch belongs to. */
function proceed(decision: Decision, node: Node): void {
  if (node.next !== undefined) decision.enter(node.next);
  else if (node.parent !== undefined) operatorOf(node.parent.task.type).onListEnd?.(decision, node.parent);
}

function endOf(status: TaskStatus): 'FAILED' | 'TIMED_OUT' | 'TERMINATED' {
  if (status === 'CANCELED') return 'TERMINATED';
  return status === 'TIMED_OUT' ? 'TIMED_OUT' : 'FAILED';
}

function reasonOf(decision: Decision, node: Node, task: TaskState): string {
  if (node.taskDef !== undefined && isTotalTimeoutSpent(decision, node, task)) {
    const elapsed = Math.floor((decision.now - task.firstScheduledTime) / 1000);
    return reasons.totalTimeoutSpent(task, elapsed, node.taskDef);
  }
  return reasons.taskFailed(task.taskId, endOf(task.status), task.reason);
}

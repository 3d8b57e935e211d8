/**
 * What the end of an attempt leads to: another attempt, the next task, or the end of the workflow. Contract 5.3, 5.7.
 */
import type { TaskStatus } from '@dacapo/contracts';
import { defaultTaskDef } from '@dacapo/definitions';
import { ExpressionError } from '@dacapo/expressions';

import { isTotalTimeoutSpent } from './attempt-end.js';
import type { Decision, Step } from './decision.js';
import type { Node } from './flow.js';
import { operatorOf } from './operators/index.js';
import type { Retry } from './operators/operator.js';
import { reasons } from './reasons.js';
import { retryDelaySeconds } from './retry-delay.js';
import { fireTimer } from './fire-timer.js';
import type { Place } from './place.js';
import { InputRefused } from './schedule.js';
import { isTaskOpen, isTaskSuccessful, own, type TaskState } from './state.js';
import { completeIfDone, failWorkflow } from './workflow-end.js';

/** Works the agenda off; when nothing is left on it and nothing runs, the workflow is complete. What gets too long is put off. */
export function runAgenda(decision: Decision): void {
  for (let step = decision.nextStep(); step !== undefined; step = decision.nextStep()) {
    take(decision, step);
    if (decision.isLong) break;
  }
  putOff(decision);
  completeIfDone(decision);
}

function take(decision: Decision, step: Step): void {
  switch (step.do) {
    case 'enter':
      return enter(decision, step.place);
    case 'leave':
      return proceed(decision, step.place);
    case 'settle':
      return settle(decision, step.key);
    case 'fire':
      return fireTimer(decision, step.key);
    case 'resume':
      return operatorOf(step.place.node.task.type).resume?.(decision, step.place, step.from);
    default:
      return step satisfies never;
  }
}

/** Also when nothing is left over but something is still put off: each event of this kind makes the lane go on. */
function putOff(decision: Decision): void {
  const steps = decision.putOff();
  const isTakingUp = decision.command.type === 'ContinueWorkflow' || decision.command.type === 'ResumeWorkflow';
  const { status, deferred } = decision.state;
  if (steps.length > 0 || (isTakingUp && status === 'RUNNING' && deferred.length > 0)) {
    decision.emit('StepsDeferred', { steps });
  }
}

/** A reference that exists already is not scheduled again: the JOIN behind a fork is reached by every branch. */
function enter(decision: Decision, place: Place): void {
  const existing = decision.task(place.key);
  if (existing === undefined) {
    if (isAdmitted(decision, place)) enterAnew(decision, place);
  } else if (existing.status === 'SKIPPED') proceed(decision, place);
  else if (decision.placeOf(existing).node !== place.node) {
    failWorkflow(decision, 'FAILED', `Task reference name ${place.key} is used by two tasks of the running workflow`);
  }
}

/** What was on its way into a loop, or into a branch, that has ended meanwhile is too late. */
function isAdmitted(decision: Decision, place: Place): boolean {
  for (
    let around = decision.around(place), inner = place;
    around !== undefined;
    inner = around, around = decision.around(around)
  ) {
    const task = decision.task(around.key);
    const operator = operatorOf(around.node.task.type);
    if (task !== undefined && operator.admits?.(decision, task, inner) === false) return false;
  }
  return true;
}

/** The same for a task that is tried once more. */
export function enterAnew(decision: Decision, place: Place, retry?: Retry): void {
  try {
    operatorOf(place.node.task.type).enter(decision, place, retry);
  } catch (error) {
    // Its task has ended: that is on the agenda.
    if (error instanceof InputRefused) return;
    // A template that is too deep or too large is the definition's fault: the workflow ends with that reason, nobody else is held up.
    if (!(error instanceof ExpressionError)) throw error;
    failWorkflow(decision, 'FAILED', `Input of task ${place.key} cannot be resolved: ${error.message}`);
  }
}

/** What follows when an attempt has ended. */
function settle(decision: Decision, key: string): void {
  const task = decision.task(key);
  if (task === undefined || isTaskOpen(task.status) || decision.state.status !== 'RUNNING') return;
  const place = decision.placeOf(task);
  if (task.retried) return scheduleRetry(decision, place, task);
  const isSuccess = isTaskSuccessful(task.status);
  const isBorne = place.node.task.permissive && !isTotalTimeoutSpent(decision, place.node, task);
  // A failure that ends the workflow wakes no JOIN: it is cancelled like everything else that is open.
  if (!isSuccess && !isBorne) return fail(decision, place, task);
  wakeJoins(decision, key);
  const operator = operatorOf(place.node.task.type);
  if (isSuccess && operator.follow !== undefined) operator.follow(decision, place, task);
  else proceed(decision, place);
}

/** Whoever is around the task may catch its failure; otherwise the workflow ends. */
function fail(decision: Decision, place: Place, task: TaskState): void {
  for (
    let around = decision.around(place), inner = place;
    around !== undefined;
    inner = around, around = decision.around(around)
  ) {
    if (operatorOf(around.node.task.type).onFailure?.(decision, around, inner, task) === true) return;
  }
  failWorkflow(decision, endOf(task.status), reasonOf(decision, place.node, task), task);
}

function scheduleRetry(decision: Decision, place: Place, task: TaskState): void {
  const taskDef = place.node.taskDef ?? defaultTaskDef(task.taskDefName);
  enterAnew(decision, place, {
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

function wakeJoins(decision: Decision, key: string): void {
  for (const joinKey of own(decision.state.awaited, key) ?? []) {
    const join = decision.task(joinKey);
    if (join === undefined) continue;
    const place = decision.placeOf(join);
    operatorOf(place.node.task.type).onBranchEnd?.(decision, place);
  }
}

/** The flow goes on behind a task: its neighbour in the list, or whatever its branch belongs to. */
function proceed(decision: Decision, place: Place): void {
  const next = decision.after(place);
  if (next !== undefined) return decision.enter(next);
  const around = decision.around(place);
  if (around !== undefined) operatorOf(around.node.task.type).onListEnd?.(decision, around, place);
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

/**
 * What the end of an attempt leads to: another attempt, the next task, or the end of the workflow. Contract 5.3, 5.7.
 */
import type { TaskStatus } from '@dacapo/contracts';
import { defaultTaskDef } from '@dacapo/definitions';

import { cancelOpenTask, isTotalTimeoutSpent } from '../tasks/attempt-end.js';
import { isGivenUp } from './branches.js';
import { isAwaited, isCaught, wakeJoins } from './catch-failure.js';
import type { Decision, Step } from '../decision.js';
import { enterAnew } from './enter-anew.js';
import { isSameTask, type Node } from './flow.js';
import { endStranded } from '../operators/exclusive-join.js';
import { operatorOf } from '../operators/index.js';
import { reasons } from '../reasons.js';
import { retryDelaySeconds } from '../tasks/retry-delay.js';
import { fireTimer } from '../tasks/fire-timer.js';
import { iterationOf, type Place } from './place.js';
import { isTaskOpen, isTaskSuccessful, type TaskState } from '../state.js';
import { reopenTask, retryChild, retryTask, wakeTask } from './try-again.js';
import { cancelInside, isInsideOver } from './turns.js';
import { completeIfDone, failWorkflow } from '../workflow/end.js';

/** Works the agenda off; when nothing is left on it and nothing runs, the workflow is complete. What gets too long is put off. */
export function runAgenda(decision: Decision): void {
  do {
    for (let step = decision.nextStep(); step !== undefined; step = decision.nextStep()) {
      take(decision, step);
      if (decision.isLong) break;
    }
  } while (endStranded(decision));
  putOff(decision);
  completeIfDone(decision);
}

/** While the workflow is paused nothing begins: what would, waits for the resume like the ends that are held. */
function take(decision: Decision, step: Step): void {
  const isBeginning = step.do !== 'settle' && step.do !== 'fire';
  if (isBeginning && decision.state.status === 'PAUSED') return decision.hold(step);
  switch (step.do) {
    case 'enter':
      return enter(decision, step.place);
    case 'leave':
      return proceed(decision, step.place);
    case 'settle':
      return settle(decision, step.key);
    case 'fire':
      return fireTimer(decision, step.key);
    case 'retry':
      return retryTask(decision, step.key);
    case 'retry-child':
      return retryChild(decision, step.key);
    case 'reopen':
      return reopenTask(decision, step.key);
    case 'wake':
      return wakeTask(decision, step.key);
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
  else if (!isSameTask(decision.placeOf(existing).node, place.node)) {
    failWorkflow(decision, 'FAILED', `Task reference name ${place.key} is used by two tasks of the running workflow`);
  } else if (!isTaskOpen(existing.status)) {
    // A retry of the workflow may have repaired what this one did not wait for: then its turn is over only now.
    const turn = innermostTurn(decision, place);
    if (turn !== undefined) decision.resume(turn.loop, -iterationOf(turn.inner.scope));
  }
}

/** What was on its way into a loop, or into a branch, that has ended meanwhile is too late. */
function isAdmitted(decision: Decision, place: Place): boolean {
  return isAdmittedBy(decision, place, () => true);
}

/** Nothing of a loop that has ended, or of a turn that is over, is followed. */
function isInRunningTurns(decision: Decision, place: Place): boolean {
  return place.scope === '' || isAdmittedBy(decision, place, ({ body }) => body !== undefined);
}

function isAdmittedBy(decision: Decision, place: Place, isAsked: (around: Node) => boolean): boolean {
  for (
    let around = decision.around(place), inner = place;
    around !== undefined;
    inner = around, around = decision.around(around)
  ) {
    const task = decision.task(around.key);
    const operator = operatorOf(around.node.task.type);
    if (!isAsked(around.node)) continue;
    if (task !== undefined && operator.admits?.(decision, task, inner) === false) return false;
  }
  return true;
}

/** What follows when an attempt has ended. */
function settle(decision: Decision, key: string): void {
  const task = decision.task(key);
  if (task === undefined || isTaskOpen(task.status) || decision.state.status !== 'RUNNING') return;
  const place = decision.placeOf(task);
  if (place.node.body !== undefined) cancelInside(decision, place, task);
  if (!isInRunningTurns(decision, place)) return;
  if (task.retried) return retry(decision, place, task);
  const operator = operatorOf(place.node.task.type);
  operator.onEnd?.(decision, place, task);
  const isSuccess = isTaskSuccessful(task.status);
  const isBorne = place.node.task.permissive && !isTotalTimeoutSpent(decision, place.node, task);
  // A failure that ends the workflow wakes no JOIN: it is cancelled like everything else that is open.
  if (!isSuccess && !isBorne) return fail(decision, place, task);
  wakeJoins(decision, key);
  if (isSuccess && operator.follow !== undefined) operator.follow(decision, place, task);
  else proceed(decision, place);
}

/** Whoever is around the task may catch its failure; otherwise the workflow ends. */
function fail(decision: Decision, place: Place, task: TaskState): void {
  if (isCaught(decision, place, task)) return;
  failWorkflow(decision, endOf(task.status), reasonOf(decision, place.node, task), task);
}

/** Where a TRY has given up meanwhile nothing is tried once more; only who waits for the attempt that is owed must see it end. */
function retry(decision: Decision, place: Place, task: TaskState): void {
  const isOver = isGivenUp(decision, place);
  if (!isOver || isAwaited(decision, place.key)) scheduleRetry(decision, place, task);
  const attempt = decision.task(place.key);
  if (!isOver || attempt === undefined || !isTaskOpen(attempt.status)) return;
  cancelOpenTask(decision, attempt, reasons.branchGivenUp(place.key, task.reason));
  wakeJoins(decision, place.key);
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

/** The flow goes on behind a task: its neighbour in the list, or whatever its branch belongs to. */
function proceed(decision: Decision, place: Place): void {
  const next = decision.after(place);
  if (next !== undefined) return decision.enter(next);
  const around = decision.around(place);
  if (around === undefined) return;
  const operator = operatorOf(around.node.task.type);
  if (operator.onListEnd === undefined) return place.scope === '' ? undefined : endBranch(decision, around);
  operator.onListEnd(decision, around, place);
  if (around.node.task.type === 'TRY' && place.scope !== '') endStraggler(decision, around);
}

/** A list of a TRY is through after its TRY, which somebody had ended: the turn of a loop may have waited for it. */
function endStraggler(decision: Decision, owner: Place): void {
  const task = decision.task(owner.key);
  if (task === undefined || isTaskOpen(task.status)) return;
  const turn = innermostTurn(decision, owner);
  if (turn !== undefined) operatorOf(turn.loop.node.task.type).onListEnd?.(decision, turn.loop, turn.inner);
}

/** A branch of a fork is through. Where the JOIN did not wait for it, a turn of a loop may have. */
function endBranch(decision: Decision, fork: Place): void {
  const next = decision.after(fork);
  const join = next === undefined ? undefined : decision.task(next.key);
  const task = decision.task(fork.key);
  if (join === undefined || isTaskOpen(join.status) || task === undefined) return;
  if (!isInsideOver(decision, fork, task)) return;
  const turn = innermostTurn(decision, fork);
  if (turn !== undefined) operatorOf(turn.loop.node.task.type).onListEnd?.(decision, turn.loop, turn.inner);
}

/** The loop around a place, and the task of its body that the place is, or is in. */
function innermostTurn(decision: Decision, place: Place): { readonly loop: Place; readonly inner: Place } | undefined {
  if (place.scope === '') return undefined;
  for (let loop = decision.around(place), inner = place; loop !== undefined; loop = decision.around(loop)) {
    if (loop.node.body !== undefined) return { loop, inner };
    inner = loop;
  }
  return undefined;
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

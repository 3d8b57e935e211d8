/** A timer is due: a task is offered, a wait is over, or somebody was too slow (contract 5.9). */
import { defaultTaskDef, type TaskDef } from '@dacapo/definitions';

import { failTask } from './attempt-end.js';
import { isCaught } from '../flow/catch-failure.js';
import type { Decision } from '../decision.js';
import { operatorOf } from '../operators/index.js';
import { reasons } from '../reasons.js';
import { backToQueue, grantIfPolled } from './schedule.js';
import { own, type TaskState } from '../state.js';
import { isDue, workflowTimer } from '../timers.js';
import { failWorkflow } from '../workflow/end.js';

export function fireTimer(decision: Decision, timer: string): void {
  // What fired before it may have cancelled it, or ended the workflow.
  if (!isDue(decision.state, timer, decision.now)) return;
  decision.emit('TimerFired', { timer });
  if (timer === workflowTimer) workflowTimeout(decision);
  else fireTaskTimer(decision, timer);
}

function fireTaskTimer(decision: Decision, timer: string): void {
  const separator = timer.indexOf(':');
  const reference = own(decision.state.references, timer.slice(separator + 1));
  const task = reference === undefined ? undefined : own(decision.state.tasks, reference);
  if (task !== undefined) fire(decision, timer.slice(0, separator), task);
}

function workflowTimeout(decision: Decision): void {
  const { state } = decision;
  const { timeoutSeconds, timeoutPolicy } = decision.flow.definition;
  const since = state.lastRetriedTime > 0 ? state.lastRetriedTime : state.createTime;
  const reason = reasons.workflowTimeout(elapsedSeconds(decision, since), timeoutSeconds, timeoutPolicy);
  if (timeoutPolicy === 'TIME_OUT_WF') failWorkflow(decision, 'TIMED_OUT', reason);
  else decision.emit('TimeoutAlerted', { timer: workflowTimer, reason });
}

function fire(decision: Decision, kind: string, task: TaskState): void {
  const place = decision.placeOf(task);
  const { node } = place;
  const taskDef = node.taskDef ?? defaultTaskDef(task.taskDefName);
  switch (kind) {
    case 'offer':
      decision.emit('TaskOffered', { taskId: task.taskId });
      return grantIfPolled(decision, place);
    case 'response':
      // Always goes through retry, whatever the policy says.
      return failTask(decision, task, 'TIMED_OUT', { reasonForIncompletion: reasons.responseTimeout(task, taskDef) });
    case 'lease':
      // The executor is gone; what it has begun may be done once more.
      return backToQueue(decision, task, 0);
    case 'poll':
      return timeOut(
        decision,
        task,
        taskDef,
        kind,
        reasons.pollTimeout(elapsedSeconds(decision, task.scheduledTime), taskDef),
      );
    case 'timeout':
      return timeOut(
        decision,
        task,
        taskDef,
        kind,
        reasons.taskTimeout(elapsedSeconds(decision, task.startTime), taskDef),
      );
    case 'total':
      return timeOut(
        decision,
        task,
        taskDef,
        kind,
        reasons.totalTimeout(task, elapsedSeconds(decision, task.firstScheduledTime), taskDef),
      );
    default:
      return operatorOf(node.task.type).onTimer?.(decision, place, task);
  }
}

function timeOut(
  decision: Decision,
  task: TaskState,
  { timeoutPolicy }: TaskDef,
  kind: string,
  reasonForIncompletion: string,
): void {
  switch (timeoutPolicy) {
    case 'RETRY':
      return failTask(decision, task, 'TIMED_OUT', { reasonForIncompletion });
    case 'TIME_OUT_WF':
      decision.emit('TaskTimedOut', { taskId: task.taskId, reasonForIncompletion });
      // The policy is about the workflow; a TRY around the task comes first.
      if (isCaught(decision, decision.placeOf(task), task, 'TRY')) return;
      return failWorkflow(decision, 'TIMED_OUT', reasonForIncompletion, task);
    case 'ALERT_ONLY':
      return decision.emit('TimeoutAlerted', { timer: `${kind}:${task.taskId}`, reason: reasonForIncompletion });
    default:
      return timeoutPolicy satisfies never;
  }
}

function elapsedSeconds(decision: Decision, since: number): number {
  return Math.floor((decision.now - since) / 1000);
}

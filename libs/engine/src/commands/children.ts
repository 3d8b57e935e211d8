/** What comes back from workflows that this one started (contract 5.13, 5.11; reactions/child-protocol.ts). */
import type { CommandData } from '@dacapo/contracts';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { ChildEnd } from '../reactions/child-protocol.js';
import type { Decision } from '../decision.js';
import { reasons } from '../reasons.js';
import { runAgenda } from '../flow/settle.js';
import { isEnded, isTaskOpen, own, type TaskState } from '../state.js';
import { openTask } from './find-task.js';
import { mayReopen, reopenFor } from './reopen-parent.js';

const failures = { FAILED: 'FAILED', TIMED_OUT: 'TIMED_OUT', TERMINATED: 'CANCELED' } as const;

export function recordChildEnd(decision: Decision, data: CommandData<'RecordChildEnd'>): void {
  const { childWorkflowId, run = 0 } = data;
  const late = lateTask(decision, data);
  if (late !== undefined) {
    reopenFor(decision, late, { childWorkflowId, run, chain: childWorkflowId, operation: 'retried' });
  } else {
    const task = openTask(decision, data.taskId);
    if (task === undefined) return;
    if (run < (task.childRun ?? 0)) return askAgain(decision, task, data);
  }
  const task = currentTask(decision, data.taskId);
  if (task !== undefined) end(decision, task, data);
  runAgenda(decision);
}

/** The task of a child that was opened and has ended again before its parent heard of the one or the other. */
function lateTask(decision: Decision, { taskId, run = 0 }: ChildEnd): TaskState | undefined {
  const task = currentTask(decision, taskId);
  if (task === undefined || task.childRun === undefined || run < task.childRun) return undefined;
  return mayReopen(decision, task) ? task : undefined;
}

function currentTask({ state }: Decision, taskId: string): TaskState | undefined {
  const reference = own(state.references, taskId);
  const task = reference === undefined ? undefined : own(state.tasks, reference);
  return task?.taskId === taskId ? task : undefined;
}

/** The child had not ended yet when it was asked to run again. */
function askAgain(decision: Decision, { childRun = 0 }: TaskState, { taskId, childWorkflowId }: ChildEnd): void {
  decision.emit('ChildRetryRequested', { taskId, childWorkflowId, run: childRun });
}

function end(decision: Decision, task: TaskState, data: ChildEnd): void {
  const output = { ...data.output, subWorkflowId: data.childWorkflowId };
  const childRun = data.run ?? 0;
  if (data.status === 'COMPLETED') return completeTask(decision, task, { output, childRun });
  const { subWorkflowName, subWorkflowVersion } = task.input;
  const reason = reasons.subWorkflowFailed(
    String(subWorkflowName),
    subWorkflowVersion,
    data.childWorkflowId,
    data.reason,
  );
  failTask(decision, task, failures[data.status], { output, reasonForIncompletion: reason, childRun });
}

export function recordChildReopened(decision: Decision, data: CommandData<'RecordChildReopened'>): void {
  const { taskId, childWorkflowId, run } = data;
  const { state } = decision;
  if (own(state.references, taskId) === undefined) {
    return decision.reject('TASK_NOT_FOUND', `No such task found by id: ${taskId}`, taskId);
  }
  const task = currentTask(decision, taskId);
  if (task !== undefined && isTaskOpen(task.status) && !isEnded(state.status)) {
    return decision.reject('NOTHING_TO_DO', `Task ${taskId} waits for workflow ${childWorkflowId} already`, taskId);
  }
  if (task?.subWorkflowId !== undefined && run < (task.childRun ?? 0)) {
    const reason = reasons.taskEndedWithoutChild(taskId, task.status);
    return decision.emit('ChildTerminationRequested', { taskId, childWorkflowId, run, reason });
  }
  if (task === undefined || !mayReopen(decision, task)) {
    const message = `Workflow ${state.workflowId} (${state.status}) does not wait for workflow ${childWorkflowId} any more`;
    return decision.reject('TASK_ENDED', message, taskId);
  }
  reopenFor(decision, task, data);
  runAgenda(decision);
}

export function recordChildRefusal(
  decision: Decision,
  { taskId, reason, run = 0 }: CommandData<'RecordChildRefusal'>,
): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  if (run < (task.childRun ?? 0)) {
    return decision.reject('TASK_ENDED', `Task ${taskId} does not wait for run ${run} of its child any more`, taskId);
  }
  failTask(decision, task, 'FAILED', { reasonForIncompletion: reason, childRun: run, noChild: true });
  runAgenda(decision);
}

export function recordFailureWorkflowRefusal(
  decision: Decision,
  data: CommandData<'RecordFailureWorkflowRefusal'>,
): void {
  decision.emit('FailureWorkflowRefused', data);
}

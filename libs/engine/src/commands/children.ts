/** What comes back from workflows that this one started (contract 5.13, 5.11). */
import type { CommandData } from '@dacapo/contracts';

import { completeTask, failTask } from '../attempt-end.js';
import type { Decision } from '../decision.js';
import { reasons } from '../reasons.js';
import { runAgenda } from '../settle.js';
import { openTask } from './find-task.js';

const failures = { FAILED: 'FAILED', TIMED_OUT: 'TIMED_OUT', TERMINATED: 'CANCELED' } as const;

export function recordChildEnd(decision: Decision, data: CommandData<'RecordChildEnd'>): void {
  const task = openTask(decision, data.taskId);
  if (task === undefined) return;
  const output = { ...data.output, subWorkflowId: data.childWorkflowId };
  if (data.status === 'COMPLETED') completeTask(decision, task, { output });
  else {
    const { subWorkflowName, subWorkflowVersion } = task.input;
    const reason = reasons.subWorkflowFailed(
      String(subWorkflowName),
      subWorkflowVersion,
      data.childWorkflowId,
      data.reason,
    );
    failTask(decision, task, failures[data.status], { output, reasonForIncompletion: reason });
  }
  runAgenda(decision);
}

export function recordChildRefusal(decision: Decision, { taskId, reason }: CommandData<'RecordChildRefusal'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  failTask(decision, task, 'FAILED', { reasonForIncompletion: reason });
  runAgenda(decision);
}

export function recordFailureWorkflowRefusal(
  decision: Decision,
  data: CommandData<'RecordFailureWorkflowRefusal'>,
): void {
  decision.emit('FailureWorkflowRefused', data);
}

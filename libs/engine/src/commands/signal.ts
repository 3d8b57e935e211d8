/** A signal ends the first open WAIT task; without one it goes down into an open sub-workflow (contract 1.2.3). */
import type { CommandData } from '@dacapo/contracts';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { runAgenda } from '../flow/settle.js';
import { isEnded, own, type TaskState } from '../state.js';

export function signalWorkflow(decision: Decision, { status, output }: CommandData<'SignalWorkflow'>): void {
  const { state } = decision;
  const open = Object.keys(state.open)
    .flatMap((reference) => own(state.tasks, reference) ?? [])
    .toSorted((a, b) => a.taskSeq - b.taskSeq);
  const waiting = open.find((task) => task.taskType === 'WAIT');
  if (waiting !== undefined) return endWait(decision, waiting, status, output);
  const child = open.find((task) => task.subWorkflowId !== undefined);
  if (child?.subWorkflowId === undefined || isEnded(state.status)) {
    return decision.reject('NOTHING_TO_SIGNAL', `Found no blocked task in workflow ${state.workflowId} to signal`);
  }
  decision.emit('SignalForwarded', { taskId: child.taskId, childWorkflowId: child.subWorkflowId, status, output });
}

function endWait(
  decision: Decision,
  task: TaskState,
  status: CommandData<'SignalWorkflow'>['status'],
  output: Readonly<Record<string, unknown>>,
): void {
  if (status === 'COMPLETED') completeTask(decision, task, { output });
  else failTask(decision, task, status, { output });
  runAgenda(decision);
}

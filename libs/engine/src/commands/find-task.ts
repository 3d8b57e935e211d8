/** Who a command is about. What cannot be found, or is over, is refused here, with the answers of contract 5.6. */
import type { Decision } from '../decision.js';
import { isEnded, isTaskOpen, own, type TaskState } from '../state.js';

/** The open attempt with this id; otherwise the command is refused and undefined returned. */
export function openTask(decision: Decision, taskId: string): TaskState | undefined {
  const { state } = decision;
  const reference = own(state.references, taskId);
  const task = reference === undefined ? undefined : own(state.tasks, reference);
  if (task === undefined) {
    decision.reject('TASK_NOT_FOUND', `No such task found by id: ${taskId}`, taskId);
    return undefined;
  }
  if (isEnded(state.status) || task.taskId !== taskId || !isTaskOpen(task.status)) {
    const status = task.taskId === taskId ? task.status : 'superseded by a later attempt';
    decision.reject(
      'TASK_ENDED',
      `Task ${taskId} of workflow ${state.workflowId} (${state.status}) is over: ${status}`,
      taskId,
    );
    return undefined;
  }
  return task;
}

/** Timers are facts in the state. The lane keeps one alarm per workflow, at the earliest; these functions say what it is and what is due. */
import { own, type TaskState, type WorkflowState } from './state.js';
import { TimerIndex } from './evolve/timer-index.js';

export interface DueTimer {
  /** `workflow`, or kind and task id: `response:5f0c...`. */
  readonly timer: string;
  readonly due: number;
}

export const workflowTimer = 'workflow';

export function timerName(kind: string, task: Pick<TaskState, 'taskId'>): string {
  return `${kind}:${task.taskId}`;
}

/** When the lane must look at the workflow again, or undefined. Tasks of a paused workflow do not time out before it is resumed; it itself does. */
export function nextDue(state: WorkflowState): number | undefined {
  const { status, timeoutAt } = state;
  const earliest = status === 'RUNNING' ? TimerIndex.of(state).earliest() : undefined;
  if (earliest === undefined || timeoutAt === undefined) return earliest ?? timeoutAt;
  return Math.min(earliest, timeoutAt);
}

/** Whether one timer is still due: another that fired in the same breath may have ended its task, or the workflow. */
export function isDue(state: WorkflowState, timer: string, now: number): boolean {
  if (timer === workflowTimer) return state.timeoutAt !== undefined && state.timeoutAt <= now;
  if (state.status !== 'RUNNING') return false;
  const separator = timer.indexOf(':');
  const reference = own(state.references, timer.slice(separator + 1));
  const task = reference === undefined ? undefined : own(state.tasks, reference);
  const due = task === undefined ? undefined : own(task.timers, timer.slice(0, separator));
  return due !== undefined && due <= now && task?.taskId === timer.slice(separator + 1);
}

/** Timers whose time has come, earliest first (by name where two are due at once, so that the order is total). */
export function dueTimers(state: WorkflowState, now: number): readonly DueTimer[] {
  const due: DueTimer[] = [];
  if (state.timeoutAt !== undefined && state.timeoutAt <= now) due.push({ timer: workflowTimer, due: state.timeoutAt });
  if (state.status === 'RUNNING') {
    for (const entry of TimerIndex.of(state).until(now))
      due.push({ timer: timerName(entry.kind, entry), due: entry.due });
  }
  return due.sort((a, b) => a.due - b.due || (a.timer < b.timer ? -1 : 1));
}

/** Which turns of a loop have begun and which of them still run, as its task tells. */
import { own, type TaskState } from '../state.js';

/** Input of a loop under which its list stands: resolved once, when the loop begins. */
export const itemsKey = '_items';

export function isLoop({ taskType }: Pick<TaskState, 'taskType'>): boolean {
  return taskType === 'DO_WHILE' || taskType === 'FOR_EACH';
}

/** The list that a loop goes through; a DO_WHILE may have none. */
export function itemsOf(task: TaskState): readonly unknown[] | undefined {
  const items = task.input[itemsKey];
  return Array.isArray(items) ? items : undefined;
}

/** Number of the turn that began last. */
export function begunTurns(task: TaskState): number {
  const turn = task.turn ?? 0;
  if (task.taskType === 'DO_WHILE') return turn;
  // Of a FOR_EACH `turn` counts those that have ended, and the end of each has begun another.
  return Math.min(itemsOf(task)?.length ?? 0, turn + Number(task.input['concurrency'] ?? 1));
}

/** Says nothing about the loop itself: that may have ended over it. */
export function isTurnRunning(task: TaskState, turn: number): boolean {
  if (task.taskType === 'DO_WHILE') return turn === task.turn;
  return turn >= 1 && turn <= begunTurns(task) && own(task.output, String(turn)) === undefined;
}

export function* runningTurns(task: TaskState): Generator<number> {
  const last = begunTurns(task);
  const first = task.taskType === 'DO_WHILE' ? Math.max(last, 1) : 1;
  for (let turn = first; turn <= last; turn++) if (isTurnRunning(task, turn)) yield turn;
}

/** Tasks that are taken out of the view, with all their attempts. */
import type { Decision } from '../decision.js';
import { limits } from '../limits.js';

/** All attempts of all tasks. */
export function allTaskIds({ state }: Decision): readonly string[] {
  return Object.keys(state.references);
}

/** All attempts of the executions under these keys. */
export function taskIdsOf({ state }: Decision, keys: ReadonlySet<string>): readonly string[] {
  return Object.entries(state.references)
    .filter(([, key]) => keys.has(key))
    .map(([taskId]) => taskId);
}

export function removeTasks(decision: Decision, taskIds: readonly string[]): void {
  for (let from = 0; from < taskIds.length; from += limits.taskIdsPerEvent) {
    decision.emit('TasksRemoved', { taskIds: taskIds.slice(from, from + limits.taskIdsPerEvent) });
  }
}

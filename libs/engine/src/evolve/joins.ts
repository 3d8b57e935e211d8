/** How many of its branches a JOIN still waits for: counted as they end, never searched. */
import { isTaskOpen, own, type TaskState, type WorkflowState } from '../state.js';

/** Enters a JOIN into the index of those that wait for each of its branches. */
export function awaitBranches(state: WorkflowState, join: TaskState): void {
  const references = awaitedBy(join);
  if (join.taskType === 'JOIN') join.waitsFor = 0;
  for (const reference of references) {
    const branch = own(state.tasks, reference);
    const isMissing = branch === undefined || isTaskOpen(branch.status) || branch.retried;
    if (join.waitsFor !== undefined && isMissing) join.waitsFor += 1;
    // Whoever has ended may be opened again.
    const waiting = own(state.awaited, reference);
    if (waiting === undefined) state.awaited[reference] = [join.referenceTaskName];
    else if (!waiting.includes(join.referenceTaskName)) waiting.push(join.referenceTaskName);
  }
}

function awaitedBy({ taskType, input }: TaskState): ReadonlySet<string> {
  if (taskType !== 'JOIN' && taskType !== 'EXCLUSIVE_JOIN') return new Set();
  const lists = taskType === 'JOIN' ? ['joinOn'] : ['joinOn', 'defaultExclusiveJoinTask'];
  return new Set(
    lists.map((list) => input[list]).flatMap((list: unknown) => (Array.isArray(list) ? list.map(String) : [])),
  );
}

/** A JOIN that was opened again before one of its branches (a JOIN inside of it) had counted it as ended. */
export function countUp(state: WorkflowState, branch: TaskState): void {
  for (const joinReference of own(state.awaited, branch.referenceTaskName) ?? []) {
    const join = own(state.tasks, joinReference);
    if (join?.waitsFor !== undefined && isTaskOpen(join.status)) join.waitsFor += 1;
  }
}

export function countDown(state: WorkflowState, reference: string): void {
  for (const joinReference of own(state.awaited, reference) ?? []) {
    const join = own(state.tasks, joinReference);
    if (join?.waitsFor !== undefined && isTaskOpen(join.status)) join.waitsFor -= 1;
  }
}

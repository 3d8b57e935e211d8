import type { WorkflowDef, WorkflowTask } from './model.js';

export interface PlacedTask {
  readonly task: WorkflowTask;
  /** From the definition's root, such as `tasks[2].forkTasks[0][1]`. */
  readonly path: string;
}

/** All tasks of a definition in document order, a task before those nested in it. Inline sub-workflows stay closed. */
export function* allTasks(def: Pick<WorkflowDef, 'tasks'>): Generator<PlacedTask> {
  yield* tasksOf(def.tasks, 'tasks');
}

function* tasksOf(tasks: readonly WorkflowTask[], path: string): Generator<PlacedTask> {
  for (const [index, task] of tasks.entries()) {
    const at = `${path}[${index}]`;
    yield { task, path: at };
    for (const [key, branch] of Object.entries(task.decisionCases))
      yield* tasksOf(branch, `${at}.decisionCases[${key}]`);
    yield* tasksOf(task.defaultCase, `${at}.defaultCase`);
    for (const [branch, tasksOfBranch] of task.forkTasks.entries()) {
      yield* tasksOf(tasksOfBranch, `${at}.forkTasks[${branch}]`);
    }
    yield* tasksOf(task.loopOver, `${at}.loopOver`);
  }
}

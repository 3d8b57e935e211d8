/** The tasks that dynamic forks have made, read from the inputs of the forks: they stand in no definition. */
import type { TaskDocument } from '@dacapo/contracts';
import { allTasks, parseForkedTasks, type WorkflowTask } from '@dacapo/definitions';

import type { ForkedTasks } from './definition-texts.js';

/** `tasks`: all of one workflow. Of several attempts of a fork the last counts. Lists are read when they are asked for. */
export function forkedTasksOf(tasks: readonly TaskDocument[]): ForkedTasks {
  const lists = new Map<string, unknown>();
  for (const { taskType, referenceTaskName, input } of tasks) {
    if (taskType === 'FORK') lists.set(referenceTaskName, input['forkedTaskDefs']);
  }
  const read = new Map<string, ReadonlyMap<string, WorkflowTask>>();
  return (fork, reference) => {
    let made = read.get(fork);
    if (made === undefined) read.set(fork, (made = readList(lists.get(fork))));
    return made.get(reference);
  };
}

function readList(list: unknown): ReadonlyMap<string, WorkflowTask> {
  const parsed = Array.isArray(list) ? parseForkedTasks(list) : undefined;
  if (parsed?.ok !== true) return new Map();
  return new Map([...allTasks({ tasks: parsed.value })].map(({ task }) => [task.taskReferenceName, task]));
}

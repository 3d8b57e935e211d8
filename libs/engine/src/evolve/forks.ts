/** What is true of tasks whose names or branches are values (evolve/task.ts). */
import type { EventData } from '@dacapo/contracts';

import type { TaskState, WorkflowState } from '../state.js';

export function takeTaskDefs(task: TaskState, { taskDefs }: EventData<'TaskDefsRecorded'>): void {
  task.taskDefs = { ...task.taskDefs, ...taskDefs };
  if (task.lookUps !== undefined && task.lookUps > 1) task.lookUps -= 1;
  else delete task.lookUps;
}

export function queue(task: TaskState, data: EventData<'TaskQueued'>): void {
  task.queue = data.queue;
  if (data.domain !== undefined) task.domain = data.domain;
  if (data.domains !== undefined) task.domains = data.domains;
  if (data.delivery !== undefined) task.delivery = data.delivery;
  task.input = data.input;
  task.ready = data.timers?.['offer'] === undefined;
}

/** The lists are the state's own, so that a long one grows in place. */
export function fork(state: WorkflowState, task: TaskState, { from, tasks }: EventData<'TasksForked'>): void {
  state.firstFork ??= task.referenceTaskName;
  if (from === 0) {
    task.forkInput = task.input;
    task.input = { ...task.input, forkedTasks: [], forkedTaskDefs: [] };
  }
  const { forkedTasks, forkedTaskDefs } = task.input;
  if (!Array.isArray(forkedTasks) || !Array.isArray(forkedTaskDefs)) return;
  for (const forked of tasks) {
    forkedTasks.push(forked['taskReferenceName']);
    forkedTaskDefs.push(forked);
  }
}

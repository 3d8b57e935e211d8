import type { TaskToRun } from './built-in-task.js';

/** The engine has put the flag of the definition into the input (contract 5.8). It reads it by the same rule: else the task would run again. */
export function isAsyncComplete({ input }: Pick<TaskToRun, 'input'>): boolean {
  return Object.hasOwn(input, 'asyncComplete') && input['asyncComplete'] === true;
}

import type { JsonMap, WorkflowTask } from './model.js';

export interface Fault {
  /** The task's field at fault. */
  readonly field: string;
  readonly message: string;
}

/** What a rule needs beside the parsed task. */
export interface TaskFacts {
  /** The task as it came in: tells an explicit null from an absent field. */
  readonly raw: JsonMap;
  /** From the task definition, embedded or registered: it may supply a required input. */
  readonly inputTemplate: JsonMap;
}

/** Conductor's general form for a field that a type cannot do without. */
export function requiredFault(task: WorkflowTask, what: string, field = what): Fault {
  return { field, message: `${what} field is required for taskType: ${task.type} taskName: ${task.name}` };
}

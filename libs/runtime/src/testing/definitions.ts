/** Definitions for tests, through the real validation. */
import { parseTaskDef, parseWorkflowDef, type TaskDef, type WorkflowDef } from '@dacapo/definitions';

export type Fields = Readonly<Record<string, unknown>>;

export function aWorkflowDef(name: string, tasks: readonly Fields[], fields: Fields = {}): WorkflowDef {
  const parsed = parseWorkflowDef({ name, version: 1, tasks, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

/** Without retries unless the test wants some. */
export function aTaskDef(name: string, fields: Fields = {}): TaskDef {
  const parsed = parseTaskDef({ name, retryCount: 0, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

export function task(type: string, reference: string, fields: Fields = {}): Fields {
  return { name: reference, taskReferenceName: reference, type, ...fields };
}

export function simple(reference: string, fields: Fields = {}): Fields {
  return task('SIMPLE', reference, fields);
}

export function wait(reference: string, duration?: string): Fields {
  return task('WAIT', reference, { inputParameters: duration === undefined ? {} : { duration } });
}

export function subWorkflow(reference: string, name: string, fields: Fields = {}): Fields {
  return task('SUB_WORKFLOW', reference, { subWorkflowParam: { name }, ...fields });
}

export function fork(reference: string, ...forkTasks: readonly (readonly Fields[])[]): Fields {
  return task('FORK_JOIN', reference, { forkTasks });
}

export function join(reference: string, joinOn: readonly string[]): Fields {
  return task('JOIN', reference, { joinOn });
}

import type { JsonMap, WorkflowDef } from '../model.js';
import { parseWorkflowDef, type WorkflowDefOptions } from '../parse-workflow-def.js';
import type { ParseResult, Violation } from '../violations.js';

/** A task as JSON, SIMPLE and named after its reference unless told otherwise. */
export function aTask(reference: string, fields: JsonMap = {}): JsonMap {
  return { name: reference, taskReferenceName: reference, ...fields };
}

export function aWorkflow(tasks: readonly unknown[], fields: JsonMap = {}): JsonMap {
  return { name: 'wf', tasks, ...fields };
}

export function violationsOf(result: ParseResult<unknown>): readonly Violation[] {
  return result.ok ? [] : result.violations;
}

/** The violations of a workflow that has just these tasks. */
export function refusals(...tasks: unknown[]): readonly Violation[] {
  return violationsOf(parseWorkflowDef(aWorkflow(tasks)));
}

export function messages(...tasks: unknown[]): string[] {
  return refusals(...tasks).map((violation) => violation.message);
}

export function parsed(input: unknown, options?: WorkflowDefOptions): WorkflowDef {
  const result = parseWorkflowDef(input, options);
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result.value;
}

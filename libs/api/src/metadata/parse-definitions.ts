/** Bodies of the metadata routes into definitions, with all their faults at once. */
import {
  type ParseResult,
  parseTaskDef,
  parseWorkflowDef,
  type TaskDef,
  type Violation,
  type WorkflowDef,
  type WorkflowDefOptions,
} from '@dacapo/definitions';

import { invalid, violated, violatedArgument } from '../errors/request-error.js';
import { limits } from '../limits.js';

export function workflowDefOf(body: unknown, options: WorkflowDefOptions): WorkflowDef {
  return valueOf(parseWorkflowDef(absentAsNull(body), options));
}

export function workflowDefsOf(body: unknown, options: WorkflowDefOptions): readonly WorkflowDef[] {
  const items = itemsOf(body, 'WorkflowDefList is empty', 'WorkflowDef list name cannot be null or empty');
  return listOf(items, (item) => parseWorkflowDef(absentAsNull(item), options));
}

export function taskDefOf(body: unknown): TaskDef {
  return valueOf(parseTaskDef(absentAsNull(body)));
}

export function taskDefsOf(body: unknown): readonly TaskDef[] {
  const items = itemsOf(body, 'TaskDefList is empty', 'TaskDefList cannot be empty or null');
  return listOf(items, (item) => parseTaskDef(absentAsNull(item)));
}

function absentAsNull(value: unknown): unknown {
  return value === undefined ? null : value;
}

function itemsOf(body: unknown, whenEmpty: string, whenAbsent: string): readonly unknown[] {
  if (body === undefined || body === null) throw violatedArgument('', whenAbsent);
  if (!Array.isArray(body)) throw invalid('The body must be a JSON list');
  if (body.length === 0) throw violatedArgument('', whenEmpty);
  if (body.length > limits.definitionsPerRequest)
    throw invalid(`The list must not have more than ${limits.definitionsPerRequest} definitions`);
  return body;
}

function listOf<T>(items: readonly unknown[], parse: (item: unknown) => ParseResult<T>): readonly T[] {
  const violations: Violation[] = [];
  const values: T[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = parse(item);
    if (parsed.ok) values.push(parsed.value);
    else violations.push(...parsed.violations.map((violation) => ({ ...violation, path: at(index, violation.path) })));
  }
  if (violations.length > 0) throw violated(violations.slice(0, limits.violations), 'DEFINITION_INVALID');
  return values;
}

function at(index: number, path: string): string {
  return path === '' ? `[${index}]` : `[${index}].${path}`;
}

function valueOf<T>(parsed: ParseResult<T>): T {
  if (parsed.ok) return parsed.value;
  throw violated(parsed.violations, 'DEFINITION_INVALID');
}

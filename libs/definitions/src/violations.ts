import { MESSAGE_LENGTH_MAX, QUOTED_LENGTH_MAX, VIOLATIONS_MAX } from './limits.js';

/** One fault of a definition; an item of Conductor's `validationErrors`. */
export interface Violation {
  /** From the definition's root, such as `tasks[2].forkTasks[0][1].name`; empty for the root itself. */
  readonly path: string;
  readonly message: string;
  /** The refused value as text; only for scalars. */
  readonly invalidValue?: string;
}

export type ParseResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly violations: readonly Violation[] };

/**
 * Where a value stands, linked towards the root. Linked and not a text, because a text per task would cost a definition
 * of depth d a d-fold of its size, and only a fault needs it.
 */
export interface Place {
  readonly parent: Place | undefined;
  readonly step: string;
}

/** Collects the violations of one parse. */
export interface Report {
  readonly violations: Violation[];
}

export function fieldOf(parent: Place | undefined, field: string): Place {
  return { parent, step: `.${field}` };
}

export function itemOf(parent: Place | undefined, key: number | string): Place {
  return { parent, step: `[${typeof key === 'number' ? key : cut(key, QUOTED_LENGTH_MAX)}]` };
}

export function pathOf(place: Place | undefined): string {
  const steps: string[] = [];
  for (let at = place; at !== undefined; at = at.parent) steps.push(at.step);
  const path = steps.reverse().join('');
  return path.startsWith('.') ? path.slice(1) : path;
}

/** Records a fault, with the refused value when it is a scalar. */
export function refuse(report: Report, fault: { place: Place | undefined; message: string; value?: unknown }): void {
  if (report.violations.length >= VIOLATIONS_MAX) return;
  const found = { path: pathOf(fault.place), message: cut(fault.message, MESSAGE_LENGTH_MAX) };
  const invalidValue = scalarText(fault.value);
  report.violations.push(invalidValue === undefined ? found : { ...found, invalidValue });
}

export function resultOf<T>(report: Report, value: T | undefined): ParseResult<T> {
  return value === undefined || report.violations.length > 0
    ? { ok: false, violations: report.violations }
    : { ok: true, value };
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return cut(value, QUOTED_LENGTH_MAX);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function cut(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}...` : text;
}

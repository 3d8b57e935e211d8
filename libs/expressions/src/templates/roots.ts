import { tooDeep } from '../budget.js';
import { ExpressionError } from '../expression-error.js';
import { VALUE_DEPTH_MAX } from '../limits.js';
import { compilePath } from '../paths/compile-path.js';
import { splitPath } from '../paths/path-text.js';
import { type Part, splitText } from './parts.js';

/** One `${...}` found in a value. */
export interface ExpressionRoot {
  /** What stands between the braces. */
  readonly path: string;
  /** `workflow` or a task reference name; empty when it is known only at run time or the path is invalid. */
  readonly root: string;
}

/**
 * All expressions of a value, nested ones after the one they stand in. Blank ones and names that are never looked up
 * (`CPEWF_TASK_ID`, `NETFLIX_ENV`, `NETFLIX_STACK`) are left out. Throws ExpressionError only, when something is nested too deep.
 */
export function rootsOf(value: unknown): readonly ExpressionRoot[] {
  const found: ExpressionRoot[] = [];
  collect(value, 0, found);
  return found;
}

/** Whether the text is a path that can be resolved; expressions nested in it may become anything. */
export function isValidPath(text: string): boolean {
  try {
    return compilePath(placeheld(splitText(text))) !== undefined;
  } catch (error) {
    // Too long or too deep to be resolved is not valid either.
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function collect(value: unknown, depth: number, found: ExpressionRoot[]): void {
  if (depth > VALUE_DEPTH_MAX) throw tooDeep();
  if (typeof value === 'string') {
    if (value.includes('${')) for (const part of splitText(value)) collectPart(part, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collect(item, depth + 1, found);
  }
}

function collectPart(part: Part, found: ExpressionRoot[]): void {
  if (part.kind === 'literal') return;
  const isDynamic = part.parts.some(({ kind }) => kind === 'expression');
  if (isDynamic || refersToScope(part.source)) found.push({ path: part.source, root: rootOf(part.parts) });
  for (const inner of part.parts) collectPart(inner, found);
}

/** Names that are filled from elsewhere, or never. */
const otherNames = ['', 'CPEWF_TASK_ID', 'NETFLIX_ENV', 'NETFLIX_STACK'];

function refersToScope(source: string): boolean {
  return !otherNames.includes(source.trim());
}

/** Stands for a nested expression: valid as an index, as a name and within quotes. */
const placeholder = '0';

function placeheld(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === 'literal' ? part.text : placeholder)).join('');
}

function rootOf(parts: readonly Part[]): string {
  const [first] = parts;
  // The name must be complete before the first nested expression begins.
  if (parts.length > 1 && (first?.kind !== 'literal' || !/[.[]/.test(first.text.replace(/^\s*\$\./, '')))) return '';
  const [root] = splitPath(placeheld(parts).trim()) ?? [];
  return root?.kind === 'name' ? root.name : '';
}

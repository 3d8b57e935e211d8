import { type Budget, spendSteps } from '../budget.js';
import type { Scope } from '../scope.js';
import type { Path } from './compile-path.js';
import { select } from './evaluate-query.js';
import { applyFunction } from './functions.js';
import { elementOf, isMap, memberOf } from './members.js';
import { isMerge } from './parse-query.js';
import type { Query } from './query.js';

interface PathContext {
  readonly scope: Scope;
  readonly budget: Budget;
}

/** The value of a path: null when a definite one is missing, a list when it is indefinite. Shares what the scope holds. */
export function evaluatePath(path: Path, context: PathContext): unknown {
  if (path.kind === 'nothing') return path.value;
  const start = startOf(path, context);
  const found = path.kind === 'steps' ? walk(path.steps, start) : query(path.query, start, context);
  if (path.then === undefined || found === undefined) return found ?? null;
  spendSteps(context.budget, sizeOf(found) >> 3);
  return applyFunction(path.then, found);
}

function startOf(path: Exclude<Path, { kind: 'nothing' }>, { scope, budget }: PathContext): unknown {
  const root = scope.root(path.root);
  if (path.variable === undefined) return root;
  const text = memberOf(memberOf(root, 'env'), path.variable);
  const looksInside = path.kind === 'query' || path.steps.length > 0;
  if (!looksInside || typeof text !== 'string') return text;
  spendSteps(budget, text.length >> 3);
  return parsedOrUndefined(text);
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // An environment variable that is not JSON has nothing inside: missing, hence null.
    return undefined;
  }
}

function walk(steps: readonly (string | number)[], start: unknown): unknown {
  let value = start;
  for (const step of steps) {
    value = typeof step === 'string' ? memberOf(value, step) : elementOf(value, step);
    if (value === undefined) return undefined;
  }
  return value;
}

function query(query: Query, start: unknown, context: PathContext): unknown {
  const found = start === undefined ? [] : select(query, start, context);
  if (!query.isDefinite) return found;
  const last = query.segments.at(-1);
  return last && isMerge(last) ? merged(query, start, context) : found[0];
}

/** `['a','b']`: a map of those that exist. */
function merged({ segments }: Query, start: unknown, context: PathContext): unknown {
  const holder = { segments: segments.slice(0, -1), isDefinite: true };
  const [map] = start === undefined ? [] : select(holder, start, context);
  if (!isMap(map)) return undefined;
  const names = segments.at(-1)?.selectors ?? [];
  return Object.fromEntries(
    names.flatMap((selector) =>
      selector.kind === 'name' && Object.hasOwn(map, selector.name) ? [[selector.name, map[selector.name]]] : [],
    ),
  );
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1;
}

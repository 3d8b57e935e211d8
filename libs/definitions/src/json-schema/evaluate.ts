import { CHECK_DEPTH_MAX, CHECK_STEPS_MAX } from './limits.js';
import { type At, type Fault, isMap, type Run, SchemaError, type SchemaNode } from './schema.js';

/** Counted, not timed: every machine refuses at the same place. */
export function spend({ budget }: Run, steps: number): void {
  budget.steps -= steps;
  if (budget.steps < 0) throw tooExpensive();
}

export function tooExpensive(): SchemaError {
  return new SchemaError('SCHEMA_TOO_EXPENSIVE', `the check takes more than ${CHECK_STEPS_MAX} steps`);
}

/** Steps of entering one subschema. */
const entry = 3;

/** The first thing that is wrong, if any. */
export function evaluate(node: SchemaNode, value: unknown, at: At | undefined, run: Run): Fault | undefined {
  spend(run, entry + node.checks.length);
  if (run.depth >= CHECK_DEPTH_MAX)
    throw new SchemaError('SCHEMA_TOO_DEEP', `schema and value lead deeper than ${CHECK_DEPTH_MAX}`);
  run.depth += 1;
  for (const check of node.checks) {
    const fault = check(value, at, run);
    if (fault === undefined) continue;
    run.depth -= 1;
    return fault;
  }
  run.depth -= 1;
  return undefined;
}

/** JSON equality; each value that is looked at costs a step. */
export function isEqual(left: unknown, right: unknown, run: Run): boolean {
  spend(run, 1 + (typeof left === 'string' ? left.length >> 5 : 0));
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isEqual(item, right[index], run));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key], run));
}

/** Spends what a look at the whole value costs, before somebody takes it. */
export function weigh(value: unknown, run: Run): void {
  if (typeof value !== 'object' || value === null) {
    spend(run, 1 + (typeof value === 'string' ? value.length >> 2 : 0));
    return;
  }
  for (const [key, each] of Object.entries(value)) {
    spend(run, 2 + (key.length >> 2));
    weigh(each, run);
  }
}

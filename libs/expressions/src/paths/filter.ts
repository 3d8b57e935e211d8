import { type Budget, spendSteps, tooDeep } from '../budget.js';
import { VALUE_DEPTH_MAX } from '../limits.js';
import { isMap } from './members.js';
import { matches } from './patterns.js';
import type { QueryContext } from './query-context.js';
import type { Comparison, Test } from './query.js';

/** No value at all, which is not null: RFC 9535 calls it Nothing. */
const nothing = undefined;

/** Whether the filter holds for the value. */
export function holds(test: Test, current: unknown, context: QueryContext): boolean {
  spendSteps(context.budget, 1);
  switch (test.kind) {
    case 'and':
      return holds(test.left, current, context) && holds(test.right, current, context);
    case 'or':
      return holds(test.left, current, context) || holds(test.right, current, context);
    case 'not':
      return !holds(test.test, current, context);
    case 'compare':
      return compares(test, current, context);
    case 'query':
      return valuesOf(test, current, context).length > 0;
    case 'call':
      return call(test, current, context) === true;
    case 'literal':
      return test.value === true;
    default:
      return test satisfies never;
  }
}

function compares(test: Extract<Test, { kind: 'compare' }>, current: unknown, context: QueryContext): boolean {
  const left = operand(test.left, current, context);
  const right = operand(test.right, current, context);
  return compare(test.operator, { left, right }, context.budget);
}

interface Sides {
  readonly left: unknown;
  readonly right: unknown;
}

function compare(operator: Comparison, { left, right }: Sides, budget: Budget): boolean {
  switch (operator) {
    case '==':
      return equal(left, right, budget);
    case '!=':
      return !equal(left, right, budget);
    case '<':
      return less(left, right, budget);
    case '>':
      return less(right, left, budget);
    case '<=':
      return less(left, right, budget) || equal(left, right, budget);
    case '>=':
      return less(right, left, budget) || equal(left, right, budget);
    default:
      return operator satisfies never;
  }
}

function operand(test: Test, current: unknown, context: QueryContext): unknown {
  if (test.kind === 'literal') return test.value;
  if (test.kind === 'call') return call(test, current, context);
  if (test.kind !== 'query') return holds(test, current, context);
  const values = valuesOf(test, current, context);
  return values.length === 1 ? values[0] : nothing;
}

function valuesOf(test: Test, current: unknown, context: QueryContext): readonly unknown[] {
  return test.kind === 'query' ? context.find(test, current, context) : [];
}

function call(test: Extract<Test, { kind: 'call' }>, current: unknown, context: QueryContext): unknown {
  const [first, second] = test.args;
  if (first === undefined) return nothing;
  if (test.name === 'count') return valuesOf(first, current, context).length;
  const value = operand(first, current, context);
  if (test.name === 'value') return value;
  if (test.name === 'length') return lengthOf(value);
  const pattern = second === undefined ? nothing : operand(second, current, context);
  return matches({ kind: test.name, text: value, pattern }, context);
}

function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : nothing;
}

function less(left: unknown, right: unknown, budget: Budget): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  spendSteps(budget, Math.min(left.length, right.length) >> 8);
  return left < right;
}

function equal(left: unknown, right: unknown, budget: Budget): boolean {
  return equalAt({ left, right }, budget, 0);
}

function equalAt({ left, right }: Sides, budget: Budget, depth: number): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length === right.length) spendSteps(budget, left.length >> 8);
    return left === right;
  }
  spendSteps(budget, 1);
  if (left === right) return true;
  if (depth > VALUE_DEPTH_MAX) throw tooDeep();
  if (Array.isArray(left)) return Array.isArray(right) && equalLists([left, right], budget, depth);
  return isMap(left) && isMap(right) && equalMaps([left, right], budget, depth);
}

type Pair<Value> = readonly [left: Value, right: Value];

function equalLists([left, right]: Pair<readonly unknown[]>, budget: Budget, depth: number): boolean {
  if (left.length !== right.length) return false;
  return left.every((item, index) => equalAt({ left: item, right: right[index] }, budget, depth + 1));
}

function equalMaps([left, right]: Pair<Readonly<Record<string, unknown>>>, budget: Budget, depth: number): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) => Object.hasOwn(right, key) && equalAt({ left: left[key], right: right[key] }, budget, depth + 1),
  );
}

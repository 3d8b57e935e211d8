import { isObject, type Primitive, primitiveOf } from './primitives.js';
import { unsupported } from './refusal.js';
import { type Run, spendText } from './run.js';
import type { BinaryOperator, UnaryOperator } from './syntax.js';

export function unary(operator: UnaryOperator, operand: unknown, run: Run): unknown {
  switch (operator) {
    case '!':
      return !operand;
    case '-':
      return -numberOf(operand, run);
    case '+':
      return numberOf(operand, run);
    case 'typeof':
      return typeof operand;
    default:
      return operator satisfies never;
  }
}

interface Sides {
  readonly left: unknown;
  readonly right: unknown;
}

export function binary(operator: BinaryOperator, sides: Sides, run: Run): unknown {
  switch (operator) {
    case '===':
      return strictlyEqual(sides, run);
    case '!==':
      return !strictlyEqual(sides, run);
    case '==':
      return looselyEqual(sides, run);
    case '!=':
      return !looselyEqual(sides, run);
    case '+':
      return plus(sides, run);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(operator, sides, run);
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, numberOf(sides.left, run), numberOf(sides.right, run));
    default:
      return operator satisfies never;
  }
}

/**
 * Two objects are refused: here values may be shared that are copies of each other in the sandbox, so their identity
 * does not repeat.
 */
function strictlyEqual({ left, right }: Sides, run: Run): boolean {
  if (isObject(left) && isObject(right)) throw unsupported('The comparison of two objects');
  spendTexts({ left, right }, run);
  return left === right;
}

function looselyEqual({ left, right }: Sides, run: Run): boolean {
  if (isObject(left) && isObject(right)) throw unsupported('The comparison of two objects');
  if (left === null || left === undefined || right === null || right === undefined) {
    return (left ?? null) === (right ?? null);
  }
  const [first, second] = [primitiveOf(left), primitiveOf(right)];
  spendTexts({ left, right }, run);
  // oxlint-disable-next-line eqeqeq -- the operator itself, on primitives
  return first == second;
}

function ordered(operator: '<' | '<=' | '>' | '>=', sides: Sides, run: Run): boolean {
  spendTexts(sides, run);
  // TypeScript compares numbers only; JavaScript compares all primitives.
  const left = primitiveOf(sides.left) as number;
  const right = primitiveOf(sides.right) as number;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return operator satisfies never;
  }
}

function plus(sides: Sides, run: Run): string | number {
  const left = primitiveOf(sides.left);
  const right = primitiveOf(sides.right);
  if (typeof left !== 'string' && typeof right !== 'string') return Number(left) + Number(right);
  const [first, second] = [String(left), String(right)];
  spendText(run, first.length + second.length);
  return first + second;
}

function arithmetic(operator: '-' | '*' | '/' | '%', left: number, right: number): number {
  switch (operator) {
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    default:
      return operator satisfies never;
  }
}

function numberOf(value: unknown, run: Run): number {
  const primitive: Primitive = primitiveOf(value);
  if (typeof primitive === 'string') spendText(run, primitive.length);
  return Number(primitive);
}

function spendTexts({ left, right }: Sides, run: Run): void {
  if (typeof left === 'string') spendText(run, left.length);
  if (typeof right === 'string') spendText(run, right.length);
}

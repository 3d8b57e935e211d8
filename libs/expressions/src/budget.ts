import { ExpressionError } from './expression-error.js';
import { RESULT_BYTES_MAX, STEPS_MAX, VALUE_DEPTH_MAX } from './limits.js';

/** What one evaluation may still spend. Counted, not timed, so that every machine refuses at the same place. */
export interface Budget {
  steps: number;
  bytes: number;
}

export function newBudget(): Budget {
  return { steps: STEPS_MAX, bytes: RESULT_BYTES_MAX };
}

export function spendSteps(budget: Budget, steps: number): void {
  budget.steps -= steps;
  if (budget.steps < 0) {
    throw new ExpressionError(
      'EXPRESSION_TOO_EXPENSIVE',
      `The expression looks at more than ${STEPS_MAX} values. Use a narrower path.`,
    );
  }
}

export function spendBytes(budget: Budget, bytes: number): void {
  budget.bytes -= bytes;
  if (budget.bytes < 0) {
    throw new ExpressionError(
      'EXPRESSION_TOO_LARGE',
      `The result of the expression is larger than ${RESULT_BYTES_MAX} bytes. Refer to a smaller part.`,
    );
  }
}

/** Counts a value that a result refers to, roughly as its JSON would be long. */
export function spendValue(budget: Budget, value: unknown): void {
  if (typeof value === 'string') return spendBytes(budget, value.length + 2);
  if (typeof value !== 'object' || value === null) return spendBytes(budget, 8);
  spendTree(budget, value, 0);
}

function spendTree(budget: Budget, value: object, depth: number): void {
  if (depth > VALUE_DEPTH_MAX) throw tooDeep();
  spendBytes(budget, 2);
  if (Array.isArray(value)) {
    for (const item of value) spendChild(budget, item, depth);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    spendBytes(budget, key.length + 4);
    spendChild(budget, item, depth);
  }
}

function spendChild(budget: Budget, value: unknown, depth: number): void {
  if (typeof value === 'object' && value !== null) spendTree(budget, value, depth + 1);
  else spendValue(budget, value);
}

export function tooDeep(): ExpressionError {
  return new ExpressionError('EXPRESSION_TOO_DEEP', `The value is nested deeper than ${VALUE_DEPTH_MAX}. Flatten it.`);
}

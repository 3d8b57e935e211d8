import { evaluate } from './evaluate.js';
import { CHECK_STEPS_MAX, PLACE_LENGTH_MAX } from './limits.js';
import { type At, SchemaError, type SchemaErrorCode, type SchemaNode } from './schema.js';

export interface ValueFault {
  /** Where in the value: `items[2].price`; empty for the value itself. */
  readonly place: string;
  /** What is wrong there; never quotes the value. */
  readonly message: string;
  /** Set when the check was given up: a value that cannot be checked does not pass. */
  readonly code?: SchemaErrorCode;
}

/** The first violation, or undefined. Bounded in steps and depth; never throws. */
export function checkValue(root: SchemaNode, value: unknown): ValueFault | undefined {
  try {
    const fault = evaluate(root, value, undefined, { budget: { steps: CHECK_STEPS_MAX, bytes: 0 }, depth: 0 });
    return fault === undefined ? undefined : { place: placeOf(fault.at), message: fault.message };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return { place: '', message: `cannot be checked: ${error.message}`, code: error.code };
  }
}

function placeOf(at: At | undefined): string {
  const steps: string[] = [];
  for (let place = at; place !== undefined; place = place.parent)
    steps.push(typeof place.step === 'number' ? `[${place.step}]` : `.${place.step}`);
  const text = steps.toReversed().join('');
  return (text.startsWith('.') ? text.slice(1) : text).slice(0, PLACE_LENGTH_MAX);
}

import { SCRIPT_STEPS_MAX, SCRIPT_TEXT_CHARS_MAX } from '../limits.js';
import { Refusal } from './refusal.js';

/** One run of a script. */
export interface Run {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly locals: unknown[];
  steps: number;
  isReturning: boolean;
  returned: unknown;
}

export function spend(run: Run, steps: number): void {
  run.steps -= steps;
  if (run.steps < 0) throw new Refusal('limit', `The script takes more than ${SCRIPT_STEPS_MAX} steps`);
}

/** Counts a text that an operation reads or builds. */
export function spendText(run: Run, length: number): void {
  if (length > SCRIPT_TEXT_CHARS_MAX) {
    throw new Refusal('limit', `The script works on a text of more than ${SCRIPT_TEXT_CHARS_MAX} characters`);
  }
  spend(run, length >> 6);
}

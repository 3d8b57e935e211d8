/**
 * Numbered places where a test may kill the process. In production nobody arms them and a place costs one comparison.
 * The names are listed in test/crash; an adapter's worker thread gets its own handler.
 */
export const crashPointNames = [
  'append:before',
  'append:written',
  'append:after',
  'acknowledge:before',
  'acknowledge:after',
  'checkpoint:before',
  'checkpoint:after',
  'projection:before',
  'projection:after',
  'claim:before',
  'claim:after',
  'timer:before',
  'timer:after',
] as const;

export type CrashPointName = (typeof crashPointNames)[number];

let handler: ((name: CrashPointName) => void) | undefined;

export function reachCrashPoint(name: CrashPointName): void {
  if (handler !== undefined) handler(name);
}

export function armCrashPoints(onReach: ((name: CrashPointName) => void) | undefined): void {
  handler = onReach;
}

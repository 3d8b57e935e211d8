/** Chance from one number, printed, so that a run can be made again. */
import { randomInt } from 'node:crypto';

export const seed = Number(process.env['DACAPO_SEED'] ?? randomInt(2 ** 31));

/** mulberry32: numbers from 0 to 1. */
export function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Is there room for a wish, and when? */
import { isAhead, type LimitState, type Rank } from './state.js';

/**
 * The first moment at which there is room if nothing but time happens (0: at once), or undefined. Room that is kept for somebody behind it
 * is no obstacle: who stands ahead goes first.
 */
export function roomAt(state: LimitState, wish: Rank): number | undefined {
  const { concurrent = 0, rate = 0 } = state.limits;
  const ahead = offersAhead(state, wish);
  if (concurrent > 0 && state.heldCount + ahead >= concurrent) return undefined;
  if (rate <= 0) return 0;
  const free = rate - ahead;
  if (free <= 0) return undefined;
  const last = state.grants[state.grants.length - free];
  return last === undefined ? 0 : last + windowMs(state);
}

export function hasRoom(state: LimitState, wish: Rank, now: number): boolean {
  const at = roomAt(state, wish);
  return at !== undefined && at <= now;
}

export function windowMs({ limits }: LimitState): number {
  return (limits.rateSeconds ?? 1) * 1000;
}

/** When the lane must look at the limit again, or undefined: room that was kept too long, or a window that moves on. */
export function nextLimitDue(state: LimitState): number | undefined {
  let due = nextInLine(state);
  for (const { until } of Object.values(state.offers)) if (due === undefined || until < due) due = until;
  return due;
}

function nextInLine(state: LimitState): number | undefined {
  const first = state.waiting[state.queue[0] ?? ''];
  return first === undefined ? undefined : roomAt(state, first);
}

function offersAhead({ offers }: LimitState, wish: Rank): number {
  let count = 0;
  for (const offer of Object.values(offers)) if (offer.holder !== wish.holder && isAhead(offer, wish)) count += 1;
  return count;
}

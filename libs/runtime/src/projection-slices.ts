/** A backlog is worked off in bounded writes, each with the position behind it. */
import type { ReaderCheckpoint, StoredEvent } from '@dacapo/ports';

export interface Slice {
  readonly events: readonly StoredEvent[];
  readonly checkpoint: ReaderCheckpoint;
}

/**
 * About `eventsMax` events each. Events that share an offset (a decision in SQLite) stay together. The epoch of a position in the middle is
 * that of the event behind it: the claims in between have been passed, later ones have not.
 */
export function* slicesOf(events: readonly StoredEvent[], end: ReaderCheckpoint, eventsMax: number): Generator<Slice> {
  let start = 0;
  for (const [index, next] of events.entries()) {
    if (index - start < eventsMax || events[index - 1]?.offset === next.offset) continue;
    yield { events: events.slice(start, index), checkpoint: { offset: next.offset, epoch: next.event.epoch } };
    start = index;
  }
  yield { events: events.slice(start), checkpoint: end };
}

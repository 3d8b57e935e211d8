import type { StoredEvent } from '@dacapo/ports';
import { CommandQueue } from './command-queue.js';
import type { Follower } from './follower.js';
import type { LastEvent } from './witness.js';
import type { StoredPartition } from './writer-protocol.js';

/** What the main thread knows of one partition. */
export class Partition {
  readonly queue = new CommandQueue();
  readonly followers = new Set<Follower>();
  /** Offset behind the last durable row. */
  end = 0;
  /** Offset behind the last row that was given to the writer. */
  reservedEnd = 0;
  /** Epoch of the newest claim: no other may append. */
  epoch = 0;
  /** Log time of the last event. */
  time = 0;
  /** The last event that is durable. */
  last: LastEvent | undefined;

  constructor(readonly index: number) {}

  /** A writer started: the file knows better than we do, for what was in flight had an unknown outcome. */
  adopt({ end, epoch, lastEvent }: StoredPartition): void {
    this.end = end;
    this.reservedEnd = end;
    this.epoch = epoch;
    if (lastEvent !== null) {
      const { hash, time } = JSON.parse(lastEvent) as { hash: string; time: number };
      this.last = { offset: end - 1, hash };
      this.time = time;
    }
    for (const follower of this.followers) follower.goOn();
  }

  /** Rows up to `end` became durable with these events. */
  stored(events: readonly StoredEvent[], end: number): void {
    const from = this.end;
    this.end = end;
    const last = events.at(-1);
    if (last !== undefined) {
      this.last = { offset: last.offset, hash: last.event.hash };
      this.time = last.event.time;
    }
    for (const follower of this.followers) follower.offer(events, from);
  }
}

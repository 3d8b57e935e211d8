/**
 * One follower of one partition. What was just committed goes to it directly, as the same objects. While its handler is busy a
 * bounded amount waits in memory; beyond that it falls behind, and reads the file until it has caught up.
 */
import type { EventBatch, StoredEvent } from '@dacapo/ports';
import { limits } from './limits.js';

export interface FollowedPartition {
  readonly index: number;
  /** Offset behind the last durable row. */
  readonly end: number;
}

export interface FollowerOptions {
  readonly partition: FollowedPartition;
  readonly position: number;
  readonly read: (partition: number, from: number, to: number) => Promise<EventBatch>;
  readonly onBatch: (batch: EventBatch) => void | Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

const nothing = -1;

export class Follower {
  /** Next offset to deliver. */
  private position: number;
  private buffer: StoredEvent[] = [];
  private bufferCharacters = 0;
  /** Where the next committed events must begin to fit behind what is delivered, being read or buffered. */
  private bufferedTo: number;
  /** A handler runs, or the file is being read. */
  private isBusy = false;
  private isClosed = false;
  private whenIdle: () => void = () => undefined;

  constructor(private readonly options: FollowerOptions) {
    this.position = options.position;
    this.bufferedTo = options.position;
  }

  /** Events that were committed from this offset on; the partition's end stands behind them already. */
  offer(events: readonly StoredEvent[], from: number): void {
    if (this.isClosed) return;
    if (this.isBusy) this.keep(events, from);
    else if (this.position === from) this.deliver(events, this.options.partition.end);
    else this.goOn();
  }

  /** Delivers whatever the follower has not seen yet. */
  goOn(): void {
    while (!this.isBusy && !this.isClosed) {
      if (this.bufferedTo > this.position) this.deliver(this.takeBuffer(), this.bufferedTo);
      else if (this.position < this.options.partition.end) this.readOn();
      else return;
    }
    if (!this.isBusy) this.whenIdle();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.isBusy) await new Promise<void>((resolve) => (this.whenIdle = resolve));
  }

  private keep(events: readonly StoredEvent[], from: number): void {
    if (from !== this.bufferedTo) return;
    for (const each of events) this.bufferCharacters += each.text.length;
    const isTooMuch =
      this.buffer.length + events.length > limits.followerEventsMax ||
      this.bufferCharacters > limits.followerCharactersMax;
    if (isTooMuch) {
      this.takeBuffer();
      this.bufferedTo = nothing;
    } else {
      this.buffer.push(...events);
      this.bufferedTo = this.options.partition.end;
    }
  }

  private takeBuffer(): StoredEvent[] {
    const events = this.buffer;
    this.buffer = [];
    this.bufferCharacters = 0;
    return events;
  }

  private readOn(): void {
    const { partition, read } = this.options;
    const to = partition.end;
    // What is committed meanwhile begins there and can be buffered: so a follower catches up under constant load.
    this.bufferedTo = to;
    this.isBusy = true;
    read(partition.index, this.position, to).then(
      ({ events, nextOffset }) => {
        this.isBusy = false;
        if (nextOffset < to) {
          this.takeBuffer();
          this.bufferedTo = nothing;
        }
        if (!this.isClosed) this.deliver(events, nextOffset);
        this.goOn();
      },
      (error: unknown) => this.fail(error),
    );
  }

  private deliver(events: readonly StoredEvent[], nextOffset: number): void {
    this.position = nextOffset;
    this.bufferedTo = this.bufferedTo === nothing ? nextOffset : Math.max(this.bufferedTo, nextOffset);
    if (events.length === 0) return;
    try {
      const handled = this.options.onBatch({ partition: this.options.partition.index, events, nextOffset });
      if (handled === undefined) return;
      this.isBusy = true;
      handled.then(
        () => {
          this.isBusy = false;
          this.goOn();
        },
        (error: unknown) => this.fail(error),
      );
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.isBusy = false;
    this.isClosed = true;
    this.whenIdle();
    this.options.onFailure(error);
  }
}

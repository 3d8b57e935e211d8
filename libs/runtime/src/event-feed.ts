/**
 * The events of a set of partitions as they become durable, valid ones only, for everything in this process that listens. Listeners take a
 * whole batch before anybody acts on it, so that a decision is never seen half.
 */
import { admit, type Fence, openFence } from '@dacapo/contracts';
import type { EventBatch, Journal, ReaderCheckpoint, StoredEvent, Subscription } from '@dacapo/ports';

export interface FeedListener {
  onEvent(stored: StoredEvent, partition: number): void;
  /** All events of the batch have been taken. */
  onBatchEnd?(partition: number, nextOffset: number): void;
}

export class EventFeed {
  private readonly fences = new Map<number, Fence>();
  private readonly offsets = new Map<number, number>();
  private subscription: Subscription | undefined;
  private waiting: { readonly ends: ReadonlyMap<number, number>; readonly resolve: () => void }[] = [];

  constructor(
    private readonly journal: Journal,
    private readonly listeners: readonly FeedListener[],
  ) {}

  /** Where to begin; later starts go on where the feed has come to. */
  begin(from: ReadonlyMap<number, ReaderCheckpoint>): void {
    for (const [partition, { offset, epoch }] of from) {
      this.offsets.set(partition, offset);
      this.fences.set(partition, { epoch });
    }
  }

  async start(onFailure: (error: unknown) => void): Promise<void> {
    this.subscription = await this.journal.follow(new Map(this.offsets), (batch) => this.take(batch), onFailure);
  }

  /** Resolves when everything that the log holds now has been taken. */
  async caughtUp(): Promise<void> {
    const ends = new Map<number, number>();
    for (const partition of this.offsets.keys()) ends.set(partition, await this.journal.end(partition));
    if (!this.hasReached(ends)) await new Promise<void>((resolve) => this.waiting.push({ ends, resolve }));
  }

  private hasReached(ends: ReadonlyMap<number, number>): boolean {
    return [...ends].every(([partition, end]) => (this.offsets.get(partition) ?? 0) >= end);
  }

  async stop(): Promise<void> {
    await this.subscription?.close();
    this.subscription = undefined;
  }

  private take({ partition, events, nextOffset }: EventBatch): void {
    let fence = this.fences.get(partition) ?? openFence;
    for (const stored of events) {
      const admission = admit(fence, stored.event);
      if (!admission.admitted) continue;
      fence = admission.fence;
      for (const listener of this.listeners) listener.onEvent(stored, partition);
    }
    this.fences.set(partition, fence);
    this.offsets.set(partition, nextOffset);
    for (const listener of this.listeners) listener.onBatchEnd?.(partition, nextOffset);
    if (this.waiting.length > 0) this.wake();
  }

  private wake(): void {
    const reached = this.waiting.filter(({ ends }) => this.hasReached(ends));
    this.waiting = this.waiting.filter((waiter) => !reached.includes(waiter));
    for (const { resolve } of reached) resolve();
  }
}

import type { EventBatch, Subscription } from '@dacapo/ports';
import type { MemoryLog } from './memory-log.js';

type OnBatch = (batch: EventBatch) => void | Promise<void>;

/** A follower: reads on in each of its partitions whenever it is woken, one batch at a time. */
export class MemorySubscription implements Subscription {
  private readonly positions: Map<number, number>;
  private readonly running = new Map<number, Promise<void>>();
  private isClosed = false;

  constructor(
    private readonly log: MemoryLog,
    from: ReadonlyMap<number, number>,
    private readonly onBatch: OnBatch,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.positions = new Map(from);
  }

  wakeAll(): void {
    for (const partition of this.positions.keys()) this.wake(partition);
  }

  wake(partition: number): void {
    if (this.isClosed || this.running.has(partition) || !this.positions.has(partition)) return;
    this.running.set(partition, this.deliver(partition));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.running.values());
  }

  private async deliver(partition: number): Promise<void> {
    try {
      // The appender goes on first: a follower never runs inside its call.
      await Promise.resolve();
      for (let batch = this.next(partition); batch !== undefined && !this.isClosed; batch = this.next(partition)) {
        this.positions.set(partition, batch.nextOffset);
        if (batch.events.length > 0) await this.onBatch(batch);
      }
    } catch (error) {
      const isFirst = !this.isClosed;
      this.isClosed = true;
      if (isFirst) this.onFailure(error);
    } finally {
      this.running.delete(partition);
    }
  }

  private next(partition: number): EventBatch | undefined {
    return this.log.batch(partition, this.positions.get(partition) ?? 0, Infinity);
  }
}

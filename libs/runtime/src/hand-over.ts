/**
 * What comes before a claim. The owner before may be at work still: it has been told to let go as we have been told to begin, and it writes a
 * last checkpoint when it has. Who waits for that has no tail to fold. One that has died writes nothing, so nobody waits for long.
 */
import type { Clock, LaneCheckpoint, PartitionAssignment, SnapshotStore } from '@dacapo/ports';

import { limits } from './limits.js';
import { noCheckpoint } from './recovery.js';

export interface HandOverOptions {
  readonly partition: number;
  readonly owner: string;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  /** Where others may own the partition too. */
  readonly assignment?: PartitionAssignment;
  /** The process has owned the partition before, and may have lost it. */
  readonly isAgain?: boolean;
}

export class HandOver {
  private readonly cancelled: Promise<undefined>;
  private isCancelled = false;
  private end: () => void = () => undefined;

  constructor(private readonly options: HandOverOptions) {
    this.cancelled = new Promise((resolve) => {
      this.end = (): void => resolve(undefined);
    });
  }

  cancel(): void {
    this.isCancelled = true;
    this.end();
  }

  /** The checkpoint to begin with; undefined when it was cancelled. */
  async checkpoint(): Promise<LaneCheckpoint | undefined> {
    const { assignment, isAgain = false } = this.options;
    if (assignment === undefined) return this.read();
    if (isAgain) await Promise.race([assignment.confirmed(), this.cancelled]);
    const { clock } = this.options;
    const until = clock.now() + limits.handOverMs;
    let checkpoint = await this.read();
    while (!this.isCancelled && this.isHeld(checkpoint) && clock.now() < until) {
      await this.pause();
      checkpoint = await this.read();
    }
    return this.isCancelled ? undefined : checkpoint;
  }

  private async read(): Promise<LaneCheckpoint> {
    const { snapshots, partition } = this.options;
    return (await snapshots.checkpoint(partition)) ?? noCheckpoint;
  }

  private isHeld({ heldBy }: LaneCheckpoint): boolean {
    return heldBy !== undefined && heldBy !== this.options.owner;
  }

  private async pause(): Promise<void> {
    const { clock } = this.options;
    await new Promise<void>((resolve) => {
      const alarm = clock.at(clock.now() + limits.handOverLookMs, resolve);
      void this.cancelled.then(() => {
        alarm.cancel();
        resolve();
      });
    });
  }
}

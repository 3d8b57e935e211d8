/** Saves changed states and the lane's positions from time to time. It makes restarts short; correctness does not need it. */
import { nextDue } from '@dacapo/engine';
import { type Clock, reachCrashPoint, type SnapshotStore } from '@dacapo/ports';

import type { AfterAppend } from './after-append.js';
import type { Alarms } from './alarms.js';
import type { LaneMemory } from './lane-memory.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import type { Progress } from './recovery.js';

interface Parts {
  readonly partition: number;
  readonly epoch: number;
  readonly snapshots: SnapshotStore;
  readonly memory: LaneMemory;
  readonly alarms: Alarms;
  readonly after: AfterAppend;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly log: Log;
}

export class Checkpointer {
  private nextAt = 0;
  private savedOffset = -1;
  private saving: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {}

  start(): void {
    this.nextAt = this.parts.clock.now() + limits.checkpointMs;
  }

  stop(): void {
    this.nextAt = Number.POSITIVE_INFINITY;
  }

  /** Called between batches. The store is written while the lane works on; two saves never overlap. */
  async saveIfDue(): Promise<void> {
    const { clock, after } = this.parts;
    if (clock.now() < this.nextAt || this.saving !== undefined || !after.isSettled) return;
    this.nextAt = clock.now() + limits.checkpointMs;
    this.saving = this.save().finally(() => {
      this.saving = undefined;
    });
    await Promise.resolve();
  }

  async save(): Promise<void> {
    const { partition, epoch, snapshots, memory, progress, log } = this.parts;
    if (progress.eventOffset === this.savedOffset) return;
    const { eventOffset, commandOffset, time, last, ids } = progress;
    const { changed, removed } = memory.takeChanges(nextDue);
    reachCrashPoint('checkpoint:before');
    try {
      await snapshots.save(
        partition,
        {
          eventOffset,
          commandOffset,
          epoch,
          time,
          commandIds: ids.entries(time),
          ...(last === undefined ? {} : { last }),
        },
        changed,
        removed,
      );
    } catch (error) {
      memory.restoreChanges(changed, removed);
      log.warn({ partition, error }, 'the checkpoint could not be saved; the next one is tried');
      return;
    }
    reachCrashPoint('checkpoint:after');
    this.savedOffset = eventOffset;
    for (const workflowId of memory.forgetIdle(changed)) this.parts.alarms.forget(workflowId);
  }
}

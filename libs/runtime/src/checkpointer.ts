/** Saves changed states and the lane's positions from time to time. It makes restarts short; correctness does not need it. */
import { nextDue } from '@dacapo/engine';
import { type Clock, type LaneCheckpoint, reachCrashPoint, type SnapshotStore } from '@dacapo/ports';

import type { AfterAppend } from './after-append.js';
import type { Alarms } from './alarms.js';
import type { LaneMemory } from './lane-memory.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import type { Progress } from './recovery.js';

interface Parts {
  readonly partition: number;
  readonly owner: string;
  readonly epoch: number;
  /** The checkpoint that the lane has recovered from. */
  readonly since: Pick<LaneCheckpoint, 'eventOffset' | 'epoch'>;
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
    const { clock } = this.parts;
    if (clock.now() < this.nextAt || this.saving !== undefined) return;
    this.nextAt = clock.now() + limits.checkpointMs;
    this.saving = this.saveNow().finally(() => {
      this.saving = undefined;
    });
    await Promise.resolve();
  }

  /** The last one, which lets the partition go. After the one that is under way: two at once would not know of one another's snapshots. */
  async letGo(): Promise<void> {
    await this.saving;
    await this.saveNow({ isLast: true });
  }

  private async saveNow({ isLast } = { isLast: false }): Promise<void> {
    const { partition, owner, since, snapshots, memory, progress, after, log } = this.parts;
    const { commandOffset, time, ids } = progress;
    const eventOffset = after.safeOffset;
    if (eventOffset === this.savedOffset && !isLast) return;
    // Held back behind an unsent message, the checkpoint does not end at the last event: then it names none.
    // Held back to where the lane began, it stands in front of the lane's own claim, among events of the epoch before.
    const epoch = eventOffset === since.eventOffset ? since.epoch : this.parts.epoch;
    const last = eventOffset === progress.eventOffset ? progress.last : undefined;
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
          ...(isLast ? {} : { heldBy: owner }),
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

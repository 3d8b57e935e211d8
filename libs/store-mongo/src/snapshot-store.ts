/**
 * States of open workflows and positions of lanes, in the collections `snapshots` and `lanes`. An owner that was taken for dead may still be
 * writing: its documents are older and guarded by `seq`; what has been removed leaves a mark for an hour, so that it cannot come back; and
 * the checkpoint of an older epoch is refused.
 */
import type { LaneCheckpoint, RemovedSnapshot, Snapshot, SnapshotStore } from '@dacapo/ports';
import { type Collection, type Db, type Filter, MongoServerError } from 'mongodb';
import { attempt } from './failure.js';
import { findByIds } from './find-by-ids.js';
import { GuardedWriter } from './guarded-write.js';
import { keyOf } from './key.js';
import { limits } from './limits.js';

interface StoredSnapshot {
  readonly _id: string;
  readonly seq: number;
  readonly partition: number;
  readonly due?: number;
  /** `_id` is the id's key, which is not always the id. */
  readonly workflowId: string;
  readonly state: string;
  /** The mark of a removed one: since when, epoch milliseconds. */
  readonly gone?: number;
}

interface StoredLane {
  readonly _id: number;
  readonly epoch: number;
  readonly checkpoint: string;
}

export class MongoSnapshotStore implements SnapshotStore {
  private readonly snapshots: Collection<StoredSnapshot>;
  private readonly lanes: Collection<StoredLane>;
  private readonly writer: GuardedWriter<StoredSnapshot>;
  private nextSweep = 0;

  constructor(
    database: Db,
    private readonly onClose: () => Promise<void>,
  ) {
    this.snapshots = database.collection('snapshots');
    this.lanes = database.collection('lanes');
    this.writer = new GuardedWriter(this.snapshots);
  }

  async createIndexes(): Promise<void> {
    await this.snapshots.createIndexes([{ key: { partition: 1, due: 1 } }, { key: { gone: 1 } }]);
  }

  async checkpoint(partition: number): Promise<LaneCheckpoint | undefined> {
    return attempt('reading a lane', async () => {
      const stored = await this.lanes.findOne({ _id: partition });
      return stored === null ? undefined : (JSON.parse(stored.checkpoint) as LaneCheckpoint);
    });
  }

  async load(workflowIds: readonly string[]): Promise<ReadonlyMap<string, Snapshot>> {
    return attempt('reading snapshots', async () => {
      const found = await findByIds(this.snapshots, workflowIds);
      const there = found.filter(({ gone }) => gone === undefined).map(snapshotOf);
      return new Map(there.map((snapshot) => [snapshot.workflowId, snapshot]));
    });
  }

  async save(
    partition: number,
    checkpoint: LaneCheckpoint,
    changed: readonly Snapshot[],
    removed: readonly RemovedSnapshot[],
  ): Promise<void> {
    await attempt('writing snapshots', async () => {
      const marks = removed.flatMap(({ workflowId, seq }) =>
        seq === undefined ? [] : [markOf(partition, workflowId, seq)],
      );
      await this.writer.write([...changed.map((snapshot) => storedSnapshot(partition, snapshot)), ...marks]);
      await this.delete(removed.filter(({ seq }) => seq === undefined).map(({ workflowId }) => keyOf(workflowId)));
      await this.saveCheckpoint(partition, checkpoint);
      await this.sweep();
    });
  }

  private async delete(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += limits.idsPerQuery) {
      const some = keys.slice(start, start + limits.idsPerQuery);
      await this.snapshots.deleteMany({ _id: { $in: some } });
      this.writer.forget(some);
    }
  }

  private async saveCheckpoint(partition: number, checkpoint: LaneCheckpoint): Promise<void> {
    const { epoch } = checkpoint;
    const stored = { epoch, checkpoint: JSON.stringify(checkpoint) };
    try {
      await this.lanes.replaceOne({ _id: partition, epoch: { $not: { $gt: epoch } } }, stored, { upsert: true });
    } catch (error) {
      if (isDuplicate(error))
        throw new Error(`Partition ${partition} has an owner of a later epoch than ${epoch}`, { cause: error });
      throw error;
    }
  }

  /** Marks that are so old are not needed any more. */
  private async sweep(): Promise<void> {
    const now = Date.now();
    if (now < this.nextSweep) return;
    this.nextSweep = now + limits.sweepMs;
    await this.snapshots.deleteMany({ gone: { $lt: now - limits.marksMs } });
  }

  async due(
    partition: number,
    beforeTime: number,
    limit: number,
  ): Promise<readonly { readonly workflowId: string; readonly due: number }[]> {
    if (limit <= 0) return [];
    return attempt('reading due workflows', async () => {
      const filter: Filter<StoredSnapshot> = { partition, due: { $lt: beforeTime } };
      const found = await this.snapshots
        .find(filter, { projection: { _id: 0, workflowId: 1, due: 1 }, sort: { due: 1 }, limit })
        .toArray();
      return found.flatMap(({ workflowId, due }) =>
        due === undefined ? [] : [{ workflowId: JSON.parse(workflowId) as string, due }],
      );
    });
  }

  close(): Promise<void> {
    return this.onClose();
  }
}

function storedSnapshot(partition: number, { workflowId, seq, state, due }: Snapshot): StoredSnapshot {
  return { _id: keyOf(workflowId), seq, partition, due, workflowId: JSON.stringify(workflowId), state };
}

function markOf(partition: number, workflowId: string, seq: number): StoredSnapshot {
  return { ...storedSnapshot(partition, { workflowId, seq, state: '' }), gone: Date.now() };
}

function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}

function snapshotOf({ workflowId, seq, state, due }: StoredSnapshot): Snapshot {
  const snapshot = { workflowId: JSON.parse(workflowId) as string, seq, state };
  return due === undefined ? snapshot : { ...snapshot, due };
}

/** States of open workflows and positions of lanes, in the collections `snapshots` and `lanes`. */
import type { LaneCheckpoint, Snapshot, SnapshotStore } from '@dacapo/ports';
import type { Collection, Db, Filter } from 'mongodb';
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
}

interface StoredLane {
  readonly _id: number;
  readonly checkpoint: string;
}

export class MongoSnapshotStore implements SnapshotStore {
  private readonly snapshots: Collection<StoredSnapshot>;
  private readonly lanes: Collection<StoredLane>;
  private readonly writer: GuardedWriter<StoredSnapshot>;

  constructor(
    database: Db,
    private readonly onClose: () => Promise<void>,
  ) {
    this.snapshots = database.collection('snapshots');
    this.lanes = database.collection('lanes');
    this.writer = new GuardedWriter(this.snapshots);
  }

  async createIndexes(): Promise<void> {
    await this.snapshots.createIndexes([{ key: { partition: 1, due: 1 } }]);
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
      return new Map(found.map((stored) => snapshotOf(stored)).map((snapshot) => [snapshot.workflowId, snapshot]));
    });
  }

  async save(
    partition: number,
    checkpoint: LaneCheckpoint,
    changed: readonly Snapshot[],
    removed: readonly string[],
  ): Promise<void> {
    await attempt('writing snapshots', async () => {
      await this.writer.write(changed.map((snapshot) => storedSnapshot(partition, snapshot)));
      for (let start = 0; start < removed.length; start += limits.idsPerQuery) {
        const keys = removed.slice(start, start + limits.idsPerQuery).map(keyOf);
        await this.snapshots.deleteMany({ _id: { $in: keys } });
        this.writer.forget(keys);
      }
      await this.lanes.replaceOne({ _id: partition }, { checkpoint: JSON.stringify(checkpoint) }, { upsert: true });
    });
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

function snapshotOf({ workflowId, seq, state, due }: StoredSnapshot): Snapshot {
  const snapshot = { workflowId: JSON.parse(workflowId) as string, seq, state };
  return due === undefined ? snapshot : { ...snapshot, due };
}

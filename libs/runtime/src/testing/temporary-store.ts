/** The real embedded store in a folder of its own, and stores that misbehave on top of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ReadStore, SnapshotStore } from '@dacapo/ports';
import { SqliteStore } from '@dacapo/store-sqlite';

export class TemporaryStore {
  private constructor(
    private readonly directory: string,
    private readonly store: SqliteStore,
  ) {}

  static async open(): Promise<TemporaryStore> {
    const directory = await mkdtemp(join(tmpdir(), 'dacapo-runtime-'));
    return new TemporaryStore(directory, await SqliteStore.open({ directory }));
  }

  get readStore(): ReadStore {
    return this.store.readStore;
  }

  get snapshots(): SnapshotStore {
    return this.store.snapshotStore;
  }

  async remove(): Promise<void> {
    await this.store.close();
    await rm(this.directory, { recursive: true });
  }
}

/** The same thing with some of its methods replaced; the others, and what the replacements call, are the real ones. */
export function overriding<T extends object>(inner: T, changes: Partial<T>): T {
  return Object.assign(Object.create(inner) as T, changes);
}

/** Partitions and ids moved aside, so that many tests share one store and none sees what another has left there. */
export function snapshotsApart(store: SnapshotStore, by: number): SnapshotStore {
  const inside = (workflowId: string): string => `${by}/${workflowId}`;
  const outside = (workflowId: string): string => workflowId.slice(`${by}/`.length);
  return overriding(store, {
    checkpoint: (partition) => store.checkpoint(partition + by),
    load: async (ids) => {
      const found = await store.load(ids.map(inside));
      return new Map([...found].map(([id, snapshot]) => [outside(id), { ...snapshot, workflowId: outside(id) }]));
    },
    save: (partition, checkpoint, changed, removed) => {
      const moved = changed.map((each) => ({ ...each, workflowId: inside(each.workflowId) }));
      return store.save(
        partition + by,
        checkpoint,
        moved,
        removed.map((each) => ({ ...each, workflowId: inside(each.workflowId) })),
      );
    },
    due: async (partition, beforeTime, limit) => {
      const found = await store.due(partition + by, beforeTime, limit);
      return found.map(({ workflowId, due }) => ({ workflowId: outside(workflowId), due }));
    },
  });
}

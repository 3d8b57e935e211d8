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

/** The partitions of a store moved aside, so that many tests share one store and none sees another's checkpoints. */
export function snapshotsApart(store: SnapshotStore, by: number): SnapshotStore {
  return overriding(store, {
    checkpoint: (partition) => store.checkpoint(partition + by),
    save: (partition, checkpoint, changed, removed) => store.save(partition + by, checkpoint, changed, removed),
    due: (partition, beforeTime, limit) => store.due(partition + by, beforeTime, limit),
  });
}

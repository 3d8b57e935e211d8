import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputCache, ReadStore, SnapshotStore } from '@dacapo/ports';
import { SqliteOutputCache } from './sqlite-output-cache.js';
import { SqliteReadStore } from './sqlite-read-store.js';
import { SqliteSnapshotStore } from './sqlite-snapshot-store.js';
import { StoreThread } from './store-thread.js';

/** Read models, snapshots and outputs to be reused, in one file beside the journal. It is a cache: a damaged or foreign file is made anew. */
export class SqliteStore {
  readonly readStore: ReadStore;
  readonly snapshotStore: SnapshotStore;
  readonly outputCache: OutputCache;

  private constructor(
    private readonly writer: StoreThread,
    private readonly reader: StoreThread,
  ) {
    this.readStore = new SqliteReadStore(writer, reader);
    this.snapshotStore = new SqliteSnapshotStore(writer, reader);
    this.outputCache = new SqliteOutputCache(writer, reader);
  }

  /** `directory`: the data folder. That only one process uses it is the journal's care (lock.sqlite). */
  static async open({ directory }: { readonly directory: string }): Promise<SqliteStore> {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'views.sqlite');
    const writer = await StoreThread.start(file, 'writer');
    try {
      return new SqliteStore(writer, await StoreThread.start(file, 'reader'));
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.writer.close();
  }
}

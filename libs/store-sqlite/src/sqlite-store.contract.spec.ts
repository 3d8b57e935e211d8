import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputCacheContract, readStoreContract, snapshotStoreContract } from '@dacapo/ports-testing';
import { SqliteStore } from './sqlite-store.js';

/** The suites close the part; here that closes the whole. */
async function fixture<T extends object>(
  part: (store: SqliteStore) => T,
): Promise<{
  open(): Promise<T & { close(): Promise<void> }>;
  remove(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'dacapo-store-'));
  return {
    open: async () => {
      const store = await SqliteStore.open({ directory });
      return Object.assign(part(store), { close: () => store.close() });
    },
    remove: () => rm(directory, { recursive: true }),
  };
}

readStoreContract('SqliteStore', () => fixture((store) => store.readStore));
snapshotStoreContract('SqliteStore', () => fixture((store) => store.snapshotStore));
outputCacheContract('SqliteStore', () => fixture((store) => store.outputCache));

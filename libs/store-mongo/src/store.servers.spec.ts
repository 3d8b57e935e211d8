/** The contracts on a server that speaks MongoDB's protocol. A database for the whole file; the suites use ids of their own. */
import { env } from 'node:process';
import type { LaneCheckpoint, Snapshot } from '@dacapo/ports';
import { MongoClient } from 'mongodb';
import { outputCacheContract, readStoreContract, snapshotStoreContract } from '@dacapo/ports-testing';
import { MongoStore } from './index.js';

const url = env['DACAPO_MONGO_URL'];
const database = `test-${Date.now().toString(36)}`;
const log = { info: () => undefined, warn: () => undefined };

if (url === undefined) {
  describe('MongoStore', () => {
    // oxlint-disable-next-line jest/no-disabled-tests -- prints why
    it.skip('is not proven: DACAPO_MONGO_URL is not set (npm run servers -- start)', () => undefined);
  });
} else {
  afterAll(async () => {
    const client = await new MongoClient(url).connect();
    await client.db(database).dropDatabase();
    await client.close();
  }, 60_000);

  const openStores: MongoStore[] = [];
  const open = async (): Promise<MongoStore> => {
    const store = await MongoStore.open({ url, database, log });
    openStores.push(store);
    return store;
  };
  // A contract closes the one store that it knows; the other half of the client goes with it here.
  const remove = async (): Promise<void> => {
    await Promise.all(openStores.splice(0).map((store) => store.close()));
  };

  readStoreContract('MongoStore', () => Promise.resolve({ open: async () => (await open()).readStore, remove }));
  snapshotStoreContract('MongoStore', () =>
    Promise.resolve({ open: async () => (await open()).snapshotStore, remove }),
  );
  outputCacheContract('MongoStore', () =>
    Promise.resolve({
      open: async () => {
        const store = await open();
        return Object.assign(store.outputCache, { close: () => store.close() });
      },
      remove,
    }),
  );

  describe('MongoStore under an owner that was taken for dead and goes on', () => {
    const partition = 77;
    const checkpoint = (epoch: number, eventOffset: number): LaneCheckpoint => ({
      eventOffset,
      commandOffset: eventOffset,
      epoch,
      time: 1,
      commandIds: [],
    });
    const snapshot = (workflowId: string, seq: number): Snapshot => ({ workflowId, seq, state: `{"seq":${seq}}` });

    afterEach(remove);

    it('does not bring back what the next owner has removed, whether it was there or not', async () => {
      const [mine, stale] = [(await open()).snapshotStore, (await open()).snapshotStore];
      await stale.save(partition, checkpoint(7, 10), [snapshot('known', 4)], []);
      const removed = ['known', 'unknown'].map((workflowId) => ({ workflowId, seq: 12 }));
      await mine.save(partition, checkpoint(8, 30), [], removed);
      const late = ['known', 'unknown'].map((workflowId) => snapshot(workflowId, 10));
      await expect(stale.save(partition, checkpoint(7, 20), late, [])).rejects.toThrow('later epoch than 7');
      expect(await mine.load(['known', 'unknown'])).toEqual(new Map());
      expect(await mine.checkpoint(partition)).toEqual(checkpoint(8, 30));
      await mine.save(partition, checkpoint(8, 40), [snapshot('known', 13)], []);
      expect(await mine.load(['known'])).toEqual(new Map([['known', snapshot('known', 13)]]));
    });
  });
}

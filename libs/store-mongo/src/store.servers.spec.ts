/** The contracts on a server that speaks MongoDB's protocol. A database for the whole file; the suites use ids of their own. */
import { env } from 'node:process';
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
}

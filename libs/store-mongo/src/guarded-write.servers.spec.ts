import { randomUUID } from 'node:crypto';
import { env } from 'node:process';

import { type Collection, MongoClient } from 'mongodb';

import { GuardedWriter } from './guarded-write.js';

const url = env['DACAPO_MONGO_URL'] ?? '';
const suite = url === '' ? describe.skip : describe;

interface Document {
  readonly _id: string;
  readonly seq: number;
}

suite('a guarded writer on a server whose connections break', () => {
  let client: MongoClient;
  let collection: Collection<Document>;

  beforeAll(async () => {
    client = await new MongoClient(url, { directConnection: true }).connect();
    collection = client.db(`guarded-${randomUUID().slice(0, 8)}`).collection('documents');
  });

  afterAll(async () => {
    await client.db(collection.dbName).dropDatabase();
    await client.close();
  });

  /** Each attempt and the driver's repeat of it. */
  const breakUpdates = (times: number): Promise<unknown> =>
    client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode: { times },
      data: { failCommands: ['update'], closeConnection: true },
    });
  const seqOf = async (_id: string): Promise<number | undefined> => (await collection.findOne({ _id }))?.seq;

  it('does not take a break behind collisions for the collisions alone', async () => {
    const writer = new GuardedWriter(collection);
    await writer.write([{ _id: 'known', seq: 1 }]);
    await new GuardedWriter(collection).write([{ _id: 'unknown', seq: 1 }]);
    const newer = [
      { _id: 'unknown', seq: 2 },
      { _id: 'known', seq: 2 },
    ];
    await breakUpdates(2);
    await expect(writer.write(newer)).rejects.toThrow('connection');
    await writer.write(newer);
    expect([await seqOf('unknown'), await seqOf('known')]).toEqual([2, 2]);
  });
});

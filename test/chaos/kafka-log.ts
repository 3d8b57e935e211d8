/** The events topic as it lies on the broker, and the documents as they lie in the database, read without any reader of the product's. */
import { decodeEvent } from '@dacapo/contracts';
import { openClient } from '@dacapo/journal-kafka';
import { MongoClient } from 'mongodb';

import { listIn, type Log, type LoggedEvent, type StoredDocument, type StoredViews } from '../crash/log.js';

export async function readKafkaLog(brokers: string, prefix: string): Promise<Log> {
  const topic = `${prefix}events`;
  const kafka = openClient({ brokers: brokers.split(','), clientId: 'chaos-audit' });
  const admin = kafka.admin();
  await admin.connect();
  const left = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]));
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `${prefix}audit-${Date.now()}`, maxWaitTimeInMs: 50 });
  const found: LoggedEvent[] = [];
  const isDone = Promise.withResolvers<void>();
  const check = (): void => {
    if ([...left.values()].every((end) => end <= 0)) isDone.resolve();
  };
  check();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch: { partition, messages } }) => {
      for (const { offset, value } of messages) {
        const position = `${partition}:${offset}`;
        found.push({ event: decodeEvent(String(value)), partition, offset: Number(offset), position });
      }
      const last = Number(messages.at(-1)?.offset ?? -1);
      if (last + 1 >= (left.get(partition) ?? 0)) left.set(partition, 0);
      check();
      return Promise.resolve();
    },
  });
  await isDone.promise;
  await consumer.disconnect();
  return logOf(found);
}

/** What a stale owner wrote behind the claim of the next one never happened; nor did a claim whose number was taken. */
function logOf(found: readonly LoggedEvent[]): Log {
  const events: LoggedEvent[] = [];
  const byPosition = new Map<string, LoggedEvent[]>();
  const byWorkflow = new Map<string, LoggedEvent[]>();
  const epochs = new Map<number, number>();
  for (const logged of found.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    const { event, partition, position } = logged;
    const epoch = epochs.get(partition) ?? 0;
    const isClaim = event.type === 'PartitionClaimed';
    if (isClaim ? event.epoch <= epoch : event.epoch < epoch) continue;
    if (isClaim) epochs.set(partition, event.epoch);
    events.push(logged);
    byPosition.set(position, [logged]);
    if (event.seq > 0) listIn(byWorkflow, event.workflowId).push(logged);
  }
  return { events, byPosition, byWorkflow };
}

export async function readMongoViews(url: string, database: string): Promise<StoredViews> {
  const client = await MongoClient.connect(url);
  const documents = async (collection: string): Promise<ReadonlyMap<string, StoredDocument>> => {
    const rows = client.db(database).collection<{ _id: string; seq: number; status?: string }>(collection);
    const found = await rows.find({}, { projection: { seq: 1, status: 1 } }).toArray();
    return new Map(found.map(({ _id, seq, status = '' }) => [_id, { seq, status }]));
  };
  const snapshots = await client
    .db(database)
    .collection<{ _id: string }>('snapshots')
    .find({ gone: { $exists: false } })
    .toArray();
  const views = {
    workflows: await documents('workflows'),
    tasks: await documents('tasks'),
    snapshots: snapshots.map(({ _id }) => _id),
  };
  await client.close();
  return views;
}

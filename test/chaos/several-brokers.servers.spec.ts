/** What a client does when one of several brokers fails it: nothing may be stored twice, for a command is sent once. */
import { randomUUID } from 'node:crypto';

import { type KafkaConnection, KafkaJournal, openClient } from '@dacapo/journal-kafka';
import { aCommand, aWorkflowId, PrivateServers } from '@dacapo/ports-testing';

import { describeWithServers, silent } from '../distributed/harness.js';
import { Proxy } from './proxy.js';

const partitionCount = 6;
const sends = 30;
const cutEvery = 3;
/** Both slow brokers are at it still. */
const cutAfterMs = 100;
const slowSeconds = 15;

describeWithServers('commands for partitions that several brokers lead', () => {
  let servers: PrivateServers;
  let ways: readonly Proxy[];
  let connection: KafkaConnection;

  beforeAll(async () => {
    ways = await Promise.all([Proxy.open(), Proxy.open(), Proxy.open()]);
    servers = await PrivateServers.start({ kafkaProxyPorts: ways.map(({ port }) => port) });
    for (const [index, port] of servers.kafkasBehindProxies.entries()) ways[index]?.lead(port);
    connection = { brokers: ways.map(({ port }) => `127.0.0.1:${port}`), clientId: 'several' };
  }, 120_000);

  afterAll(async () => {
    await servers.remove();
    await Promise.all(ways.map((way) => way.close()));
  }, 60_000);

  it('are stored once each when the way to one of them breaks while another one is slow', async () => {
    const topicPrefix = `s-${randomUUID().slice(0, 8)}.`;
    const options = { ...connection, topicPrefix, partitionCount, createTopics: true, log: silent };
    const journal = await KafkaJournal.open(options);
    const [slow, , broken] = ways;
    const slowness = Promise.all([slow?.slow(slowSeconds), broken?.slow(slowSeconds)]);
    const acknowledged: string[] = [];
    for (let send = 0; send < sends; send++) {
      if (send % cutEvery === 1) setTimeout(() => broken?.cut(), cutAfterMs);
      const commands = Array.from({ length: partitionCount }, (_, partition) =>
        aCommand(aWorkflowId(partition, partitionCount)),
      );
      try {
        await journal.send(commands);
        acknowledged.push(...commands.map(({ id }) => id));
      } catch {
        // Nobody can tell whether these were stored.
      }
    }
    await journal.close();
    await slowness;
    const stored = await idsIn(`${topicPrefix}commands`);
    expect(stored.filter((id, index) => stored.indexOf(id) !== index)).toEqual([]);
    expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan((sends * partitionCount) / 3);
  }, 120_000);

  async function idsIn(topic: string): Promise<readonly string[]> {
    const client = openClient({ ...connection, brokers: servers.address('DACAPO_KAFKA_BROKERS').split(',') });
    const admin = client.admin();
    await admin.connect();
    let left = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
    await admin.disconnect();
    const ids: string[] = [];
    const consumer = client.consumer({ groupId: randomUUID() });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const all = Promise.withResolvers<void>();
    await consumer.run({
      eachMessage: ({ message }) => {
        ids.push((JSON.parse(String(message.value)) as { readonly id: string }).id);
        if (--left === 0) all.resolve();
        return Promise.resolve();
      },
    });
    await all.promise;
    await consumer.disconnect();
    return ids;
  }
});

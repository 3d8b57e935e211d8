/** Against a real broker: what a consumer sees of a published record, and how long servers that are away are waited for. */
import { randomUUID } from 'node:crypto';
import { env } from 'node:process';

import { openClient } from '@dacapo/journal-kafka';
import { systemClock } from '@dacapo/runtime';

import { aTaskToRun } from '../testing/tasks.js';
import { KafkaPublishTask } from './kafka-publish-task.js';
import { KafkaJsPublisher } from './kafkajs-publisher.js';

const brokers = env['DACAPO_KAFKA_BROKERS'] ?? '';

(brokers === '' ? describe.skip : describe)('KAFKA_PUBLISH on a real broker (needs DACAPO_KAFKA_BROKERS)', () => {
  const topic = `system-tasks-${randomUUID().slice(0, 8)}`;
  const kafka = openClient({ brokers: brokers.split(','), clientId: 'test' });
  const publisher = new KafkaJsPublisher({
    open: (servers) => Promise.resolve(openClient({ brokers: servers, clientId: 'test' })),
    clock: systemClock,
  });
  const run = (fields: object) =>
    new KafkaPublishTask(publisher, { topicPrefix: 'dacapo.' }).execute(
      aTaskToRun({ kafka_request: { bootStrapServers: brokers, topic, ...fields } }),
    );

  beforeAll(async () => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
  });

  afterAll(async () => {
    await publisher.close();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });

  it('brings key, headers and value to a consumer', async () => {
    expect(await run({ key: 'k', value: { n: 1 }, headers: { h: 'x' } })).toMatchObject({ status: 'COMPLETED' });
    const serializer = 'org.apache.kafka.common.serialization.LongSerializer';
    expect(await run({ key: 7, keySerializer: serializer, value: 'text' })).toMatchObject({ status: 'COMPLETED' });
    const seen: { key: unknown; value: unknown; header: unknown }[] = [];
    const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: ({ message: { key, value, headers } }) => {
          seen.push({ key: key?.toString('hex'), value: value?.toString(), header: headers?.['h']?.toString() });
          if (seen.length === 2) resolve();
          return Promise.resolve();
        },
      });
    });
    await consumer.disconnect();
    expect(seen).toEqual([
      { key: Buffer.from('k').toString('hex'), value: '{"n":1}', header: 'x' },
      { key: '0000000000000007', value: '"text"', header: undefined },
    ]);
  }, 30_000);

  it('fails with a named reason when nobody listens, or the record is too large', async () => {
    const away = await run({ bootStrapServers: '127.0.0.1:1', value: 1 });
    expect(away.status).toBe('FAILED');
    expect(away.reasonForIncompletion).toMatch(/^Failed to invoke kafka task due to: (the brokers|no acknowledgement)/);
    const large = await run({ value: 'x'.repeat(2_000_000) });
    expect(large.reasonForIncompletion).toBe('Failed to invoke kafka task due to: MESSAGE_TOO_LARGE');
    expect(await run({ value: 'after it' })).toMatchObject({ status: 'COMPLETED' });
  }, 60_000);
});

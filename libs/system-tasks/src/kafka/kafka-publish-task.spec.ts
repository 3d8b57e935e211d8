import type { JsonObject } from '@dacapo/contracts';

import type { BuiltInResult } from '../built-in-task.js';
import { limits } from '../limits.js';
import { aTaskToRun } from '../testing/tasks.js';
import type { KafkaPolicy } from './kafka-policy.js';
import { KafkaPublishTask } from './kafka-publish-task.js';
import { type KafkaRecord, PublishFault } from './kafka-publisher.js';

const records: KafkaRecord[] = [];
let fault: Error | undefined;

beforeEach(() => {
  records.length = 0;
  fault = undefined;
});

function publish(input: JsonObject, policy: KafkaPolicy = { topicPrefix: 'dacapo.' }): Promise<BuiltInResult> {
  const publisher = {
    publish: (record: KafkaRecord) => {
      records.push(record);
      return fault === undefined ? Promise.resolve() : Promise.reject(fault);
    },
    close: () => Promise.resolve(),
  };
  return new KafkaPublishTask(publisher, policy).execute(aTaskToRun(input));
}

const aRequest = (more: JsonObject = {}): JsonObject => ({
  kafka_request: { bootStrapServers: 'a:9092, b:9092', topic: 'orders', value: { n: 1 }, ...more },
});
const reasonOf = async (result: Promise<BuiltInResult>): Promise<unknown> => (await result).reasonForIncompletion;

describe('KAFKA_PUBLISH', () => {
  it('publishes the value as JSON, and has no output', async () => {
    expect(await publish(aRequest())).toEqual({ status: 'COMPLETED', output: {} });
    expect(records).toEqual([
      { servers: ['a:9092', 'b:9092'], topic: 'orders', value: '{"n":1}', headers: {}, timeoutMs: limits.kafkaMinMs },
    ]);
  });

  it('stays open with asyncComplete', async () => {
    expect(await publish({ ...aRequest(), asyncComplete: true })).toEqual({ status: 'IN_PROGRESS', output: {} });
  });

  it.each([
    ['a text, quoted', 'x', '"x"'],
    ['a number', 0, '0'],
    ['false', false, 'false'],
    ['a list', [1, 'ü'], '[1,"ü"]'],
  ])('sends %s', async (_what, value, text) => {
    await publish(aRequest({ value }));
    expect(records[0]?.value).toBe(text);
  });

  it.each([
    ['k', undefined, 'k'],
    [7, undefined, '7'],
    ['k', 'org.apache.kafka.common.serialization.StringSerializer', 'k'],
    [258, 'org.apache.kafka.common.serialization.LongSerializer', Buffer.from([0, 0, 0, 0, 0, 0, 1, 2])],
    ['-1', 'org.apache.kafka.common.serialization.LongSerializer', Buffer.alloc(8, 255)],
    [258, 'org.apache.kafka.common.serialization.IntegerSerializer', Buffer.from([0, 0, 1, 2])],
    [2_147_483_647, 'IntegerSerializer', Buffer.from([127, 255, 255, 255])],
  ])('makes a key of %j with %s', async (key, keySerializer, expected) => {
    await publish(aRequest({ key, keySerializer }));
    expect(records[0]?.key).toEqual(expected);
  });

  it.each([
    ['abc', 'LongSerializer'],
    [1.5, 'LongSerializer'],
    [2_147_483_648, 'IntegerSerializer'],
    ['9223372036854775808', 'LongSerializer'],
  ])('makes no key of %j with %s', async (key, keySerializer) => {
    expect(await reasonOf(publish(aRequest({ key, keySerializer })))).toMatch(/^Failed to invoke kafka task due to: /);
    expect(records).toEqual([]);
  });

  it('sends headers, and waits as long as it is told, within bounds', async () => {
    await publish(
      aRequest({ headers: { a: 'x', b: 1, c: ['y', 'z'], d: null }, requestTimeoutMs: 9_000, maxBlockMs: '1000' }),
    );
    await publish(aRequest({ requestTimeoutMs: 1e9 }));
    expect(records).toMatchObject([
      { headers: { a: 'x', b: '1', c: ['y', 'z'] }, timeoutMs: 10_000 },
      { timeoutMs: limits.kafkaMaxMs },
    ]);
    expect(records[0]?.headers).not.toHaveProperty('d');
  });

  it.each([
    [
      {},
      "Missing Kafka request. Task input MUST have a 'kafka_request' key with KafkaTask.Input as value. See documentation for KafkaTask for required input parameters",
    ],
    [aRequest({ bootStrapServers: null }), 'No boot strap servers specified'],
    [aRequest({ bootStrapServers: ' , ' }), 'No boot strap servers specified'],
    [aRequest({ topic: '' }), 'Missing Kafka topic. See documentation for KafkaTask for required input parameters'],
    [aRequest({ value: null }), 'Missing Kafka value.  See documentation for KafkaTask for required input parameters'],
    [
      aRequest({ topic: 'a b' }),
      "Failed to invoke kafka task due to: A topic's name has at most 249 letters, digits, '.', '_' and '-'",
    ],
    [aRequest({ headers: 'x' }), 'Failed to invoke kafka task due to: headers must be a map'],
  ])('says what is wrong with %j', async (input, reason) => {
    expect(await publish(input)).toEqual({ status: 'FAILED', reasonForIncompletion: reason, output: {} });
    expect(records).toEqual([]);
  });

  it.each([
    ['dacapo.', 'dacapo.events', true],
    ['dacapo.', 'dacapo.inbox', true],
    ['dacapo.', 'dacapo', false],
    ['dacapo.', 'events', false],
    ['mine-', 'mine-events', true],
    ['mine-', 'dacapo.events', true],
    ['', 'events', true],
    ['', 'tasks.charge', true],
    ['', 'orders', false],
  ])('with the prefix %j: is %s ours? %s', async (topicPrefix, topic, isOurs) => {
    const reason = await reasonOf(publish(aRequest({ topic }), { topicPrefix }));
    expect(reason).toBe(
      isOurs ? `Failed to invoke kafka task due to: The topic ${topic} belongs to the server itself` : undefined,
    );
    expect(records).toHaveLength(isOurs ? 0 : 1);
  });

  it('goes to the servers that are allowed, all of them', async () => {
    const policy = { topicPrefix: 'dacapo.', servers: ['A:9092', 'b:9092'] };
    expect(await publish(aRequest(), policy)).toMatchObject({ status: 'COMPLETED' });
    expect(await reasonOf(publish(aRequest({ bootStrapServers: ['a:9092', 'evil:9092'] }), policy))).toBe(
      'Failed to invoke kafka task due to: The server evil:9092 is not among those that tasks may use',
    );
    expect(records).toHaveLength(1);
  });

  it('fails with what the publisher knows, and leaves what nobody knows to the runner', async () => {
    fault = new PublishFault('no acknowledgement within 5 ms');
    expect(await reasonOf(publish(aRequest()))).toBe(
      'Failed to invoke kafka task due to: no acknowledgement within 5 ms',
    );
    fault = new Error('a defect');
    await expect(publish(aRequest())).rejects.toThrow('a defect');
  });
});

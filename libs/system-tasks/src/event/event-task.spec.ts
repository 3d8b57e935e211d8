import type { JsonObject } from '@dacapo/contracts';

import type { BuiltInResult } from '../built-in-task.js';
import { type KafkaRecord, PublishFault } from '../kafka/kafka-publisher.js';
import { limits } from '../limits.js';
import { aTaskToRun } from '../testing/tasks.js';
import { EventTask } from './event-task.js';

const records: KafkaRecord[] = [];
let fault: Error | undefined;

beforeEach(() => {
  records.length = 0;
  fault = undefined;
});

function run(
  input: JsonObject,
  { servers = ['own:9092'] }: { servers?: readonly string[] | null } = {},
): Promise<BuiltInResult> {
  const publisher = {
    publish: (record: KafkaRecord) => {
      records.push(record);
      return fault === undefined ? Promise.resolve() : Promise.reject(fault);
    },
    close: () => Promise.resolve(),
  };
  const task = new EventTask({
    publisher,
    policy: { topicPrefix: 'dacapo.' },
    servers: servers ?? undefined,
  });
  return task.execute(aTaskToRun(input));
}

describe('EVENT', () => {
  /** As the engine prepares it. */
  const input = {
    sink: 'kafka:orders',
    amount: 7,
    workflowInstanceId: 'workflow-1',
    workflowType: 'wf',
    workflowVersion: 3,
    correlationId: 'c1',
    taskToDomain: { '*': 'blue' },
    event_produced: 'kafka:orders',
  };

  it('publishes its input under its id', async () => {
    expect(await run(input)).toEqual({ status: 'COMPLETED', output: input });
    expect(records).toEqual([
      {
        servers: ['own:9092'],
        topic: 'orders',
        key: 'task-1',
        value: JSON.stringify(input),
        timeoutMs: limits.kafkaMinMs,
      },
    ]);
  });

  it('stays open with asyncComplete', async () => {
    expect(await run({ ...input, asyncComplete: true })).toMatchObject({ status: 'IN_PROGRESS' });
    expect(records).toHaveLength(1);
  });

  it.each(['sqs:queue', 'kafka:', 'kafka', 'conductorx', '', 'amqp_queue:q?x=1'])(
    'does not know the sink %j',
    async (sink) => {
      expect(await run({ sink })).toMatchObject({
        status: 'FAILED',
        reasonForIncompletion: `Invalid / Unsupported sink specified: ${sink}`,
      });
      expect(records).toEqual([]);
    },
  );

  it('refuses our own topics', async () => {
    expect(await run({ sink: 'kafka:dacapo.events' })).toMatchObject({
      status: 'FAILED',
      reasonForIncompletion: 'The topic dacapo.events belongs to the server itself',
    });
    expect(records).toEqual([]);
  });

  it('says so when there is no Kafka', async () => {
    expect(await run({ sink: 'kafka:orders' }, { servers: null })).toMatchObject({
      status: 'FAILED',
      reasonForIncompletion: 'The sink kafka:orders needs Kafka: DACAPO_KAFKA_BROKERS is not set on this server',
    });
  });

  it('fails with the message of the publisher', async () => {
    fault = new PublishFault('away');
    expect(await run(input)).toEqual({ status: 'FAILED', reasonForIncompletion: 'away', output: input });
  });
});

import { VirtualClock } from '@dacapo/journal-memory';
import type { Kafka } from 'kafkajs';

import { limits } from '../limits.js';
import type { KafkaRecord } from './kafka-publisher.js';
import { KafkaJsPublisher } from './kafkajs-publisher.js';

/** What kafkajs would be asked to do. The real one stands behind `kafkajs-publisher.servers.spec.ts`. */
class Brokers {
  readonly opened: string[] = [];
  readonly sent: unknown[] = [];
  readonly closed: string[] = [];
  fault: Error | undefined;
  /** Sends wait for it. */
  gate: Promise<void> = Promise.resolve();

  readonly open = (servers: readonly string[]): Promise<Kafka> => {
    const id = servers.join(',');
    this.opened.push(id);
    const producer = {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(void this.closed.push(id)),
      send: async (record: unknown) => {
        await this.gate;
        if (this.fault !== undefined) throw this.fault;
        this.sent.push(record);
      },
    };
    return Promise.resolve({ producer: () => producer } as unknown as Kafka);
  };
}

describe('KafkaJsPublisher', () => {
  let clock: VirtualClock;
  let brokers: Brokers;
  let publisher: KafkaJsPublisher;

  beforeEach(() => {
    clock = new VirtualClock();
    brokers = new Brokers();
    publisher = new KafkaJsPublisher({ open: brokers.open, clock });
  });

  afterEach(() => publisher.close());

  const publish = (servers = ['a:1'], more: Partial<KafkaRecord> = {}): Promise<void> =>
    publisher.publish({ servers, topic: 't', value: '1', timeoutMs: 1_000, ...more });

  it('sends to all in-sync replicas', async () => {
    await publish(['a:1'], { key: 'k', headers: { h: 'x' } });
    expect(brokers.sent).toEqual([{ topic: 't', acks: -1, messages: [{ key: 'k', value: '1', headers: { h: 'x' } }] }]);
  });

  it('keeps a producer for the same servers, in whatever order', async () => {
    await publish(['a:1', 'b:1']);
    await publish(['b:1', 'a:1']);
    await publish(['c:1']);
    expect(brokers.opened).toEqual(['a:1,b:1', 'c:1']);
  });

  it('keeps so many and no more: the one unused for longest goes', async () => {
    for (let n = 0; n < limits.kafkaProducers; n++) await publish([`${n}:1`]);
    await publish(['0:1']);
    expect(brokers.closed).toEqual([]);
    await publish(['new:1']);
    expect(brokers.closed).toEqual(['1:1']);
  });

  it('closes one that nobody has used for a while', async () => {
    await publish(['a:1']);
    clock.advance(limits.kafkaIdleMs / 2);
    await publish(['b:1']);
    clock.advance(limits.kafkaIdleMs / 2);
    await turn();
    expect(brokers.closed).toEqual(['a:1']);
    clock.advance(limits.kafkaIdleMs);
    await turn();
    expect(brokers.closed).toEqual(['a:1', 'b:1']);
    expect(clock.next).toBeUndefined();
  });

  it('does not close one that is in use', async () => {
    const gate = Promise.withResolvers<void>();
    brokers.gate = gate.promise;
    const published = publish();
    clock.advance(limits.kafkaIdleMs * 3);
    await turn();
    expect(brokers.closed).toEqual([]);
    gate.resolve();
    await published;
  });

  it('throws one that failed away, and tells why without quoting anything', async () => {
    brokers.fault = Object.assign(new Error('secret'), {
      name: 'KafkaJSProtocolError',
      type: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    await expect(publish()).rejects.toMatchObject({ name: 'PublishFault', message: 'UNKNOWN_TOPIC_OR_PARTITION' });
    brokers.fault = Object.assign(new Error('secret'), { name: 'KafkaJSConnectionError' });
    await expect(publish()).rejects.toThrow(/^the brokers could not be reached or refused the record/);
    brokers.fault = new Error('secret');
    await expect(publish()).rejects.toThrow(/^the record could not be published$/);
    await turn();
    expect(brokers.closed).toHaveLength(3);
    brokers.fault = undefined;
    await publish();
    expect(brokers.opened).toHaveLength(4);
  });

  it('waits no longer than it is told', async () => {
    brokers.gate = new Promise(() => undefined);
    await expect(publish(['a:1'], { timeoutMs: 20 })).rejects.toThrow('no acknowledgement within 20 ms');
  });
});

async function turn(): Promise<void> {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
}

/** Publishes on any cluster through kafkajs. A producer is kept for each list of servers, so long as it is used and works (contract 6.20). */
import type { Alarm, Clock } from '@dacapo/ports';
import type { Kafka, Producer } from 'kafkajs';

import { limits } from '../limits.js';
import { type KafkaPublisher, type KafkaRecord, PublishFault } from './kafka-publisher.js';

export interface KafkaJsPublisherOptions {
  /** Makes a client with short time-outs of its own, loading kafkajs when somebody needs it. */
  readonly open: (servers: readonly string[]) => Promise<Kafka>;
  readonly clock: Clock;
}

interface Kept {
  readonly producer: Promise<Producer>;
  /** Publications under way: it is not closed under them. */
  users: number;
  lastUsed: number;
}

export class KafkaJsPublisher implements KafkaPublisher {
  /** The one used last stands last. */
  private readonly kept = new Map<string, Kept>();
  private look: Alarm | undefined;

  constructor(private readonly options: KafkaJsPublisherOptions) {}

  async publish(record: KafkaRecord): Promise<void> {
    const id = [...record.servers].toSorted().join(',');
    const kept = this.take(id, record.servers);
    try {
      await within(record.timeoutMs, send(kept.producer, record));
    } catch (error) {
      // It may be broken, or wait for a broker that will not come: the next one begins anew.
      if (this.kept.get(id) === kept) this.kept.delete(id);
      void close(kept);
      throw faultOf(error);
    } finally {
      kept.users -= 1;
      kept.lastUsed = this.options.clock.now();
    }
  }

  async close(): Promise<void> {
    this.look?.cancel();
    const all = [...this.kept.values()];
    this.kept.clear();
    await Promise.all(all.map(close));
  }

  private take(id: string, servers: readonly string[]): Kept {
    const kept = this.kept.get(id) ?? { producer: this.connect(servers), users: 0, lastUsed: 0 };
    kept.users += 1;
    this.kept.delete(id);
    this.kept.set(id, kept);
    if (this.kept.size > limits.kafkaProducers) this.dropOldest();
    this.watch();
    return kept;
  }

  private async connect(servers: readonly string[]): Promise<Producer> {
    const kafka = await this.options.open(servers);
    const producer = kafka.producer({ allowAutoTopicCreation: true });
    await producer.connect();
    return producer;
  }

  private dropOldest(): void {
    const oldest = [...this.kept].find(([, { users }]) => users === 0);
    if (oldest === undefined) return;
    this.kept.delete(oldest[0]);
    void close(oldest[1]);
  }

  /** One alarm as long as there is a producer. */
  private watch(): void {
    const { clock } = this.options;
    this.look ??= clock.at(clock.now() + limits.kafkaIdleMs, () => {
      this.look = undefined;
      for (const [id, kept] of this.kept) {
        if (kept.users > 0 || clock.now() - kept.lastUsed < limits.kafkaIdleMs) continue;
        this.kept.delete(id);
        void close(kept);
      }
      if (this.kept.size > 0) this.watch();
    });
  }
}

async function send(connecting: Promise<Producer>, { topic, key, value, headers }: KafkaRecord): Promise<void> {
  const producer = await connecting;
  const message = { value, ...(key === undefined ? {} : { key }), ...(headers === undefined ? {} : { headers }) };
  await producer.send({ topic, acks: -1, messages: [message] });
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new PublishFault(`no acknowledgement within ${ms} ms`)), ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more.
    work.catch(() => undefined);
  }
}

async function close({ producer }: Kept): Promise<void> {
  try {
    await (await producer).disconnect();
  } catch {
    // It is thrown away because it does not work.
  }
}

/** kafkajs names its errors; the names are constants, its messages may quote records. */
function faultOf(error: unknown): PublishFault {
  if (error instanceof PublishFault) return error;
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (typeof type === 'string' && /^[A-Z_]{1,60}$/.test(type)) return new PublishFault(type);
  const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'Error';
  return new PublishFault(
    name.startsWith('KafkaJS')
      ? `the brokers could not be reached or refused the record (${name})`
      : 'the record could not be published',
  );
}

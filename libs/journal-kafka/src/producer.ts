/**
 * An idempotent producer for one topic that replaces itself. After any error kafkajs's is thrown away: it gives the sequence
 * number back although the lost answer may have been a success, and then the broker would acknowledge the next batch of
 * the same length as a repeat, without storing it.
 */
import { schemaSubject } from '@dacapo/contracts';
import type { ValueFraming } from '@dacapo/ports';
import type { Kafka, Message, Producer } from 'kafkajs';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { Outage, unavailable } from './outage.js';

/**
 * None, in a way that lets kafkajs make an idempotent producer at all. When one of several brokers fails it, kafkajs sends again what others
 * have in hand still, under new sequence numbers: then it is stored twice.
 */
const noRetry = { retries: Number.NaN };

export interface OutgoingRecord {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  /** Of the command or event. Without one the value is never framed. */
  readonly type?: string;
}

export class LogProducer {
  private current: Promise<Producer> | undefined;
  private readonly outage: Outage;
  private isClosed = false;

  constructor(
    private readonly client: Kafka,
    private readonly topic: string,
    log: Log,
    private readonly framing?: ValueFraming,
  ) {
    this.outage = new Outage(`producer of ${topic}`, log);
  }

  /** One Produce request; resolves with the offset of the first record in each partition. Rejects when nobody can tell whether it was stored, or when it was not. */
  async produce(records: readonly OutgoingRecord[]): Promise<ReadonlyMap<number, number>> {
    const messages = this.messagesOf(records);
    const producer = await this.ready();
    try {
      const answers = await producer.send({
        topic: this.topic,
        acks: -1,
        timeout: limits.requestTimeoutMs,
        messages,
      });
      return new Map(answers.map((answer) => [answer.partition, Number(answer.baseOffset)]));
    } catch (error) {
      this.discard(producer);
      throw unavailable(`${this.topic}: nobody can tell whether the records were stored`, error);
    }
  }

  private messagesOf(records: readonly OutgoingRecord[]): Message[] {
    const { framing, topic } = this;
    if (framing === undefined) return records as Message[];
    return records.map(({ partition, key, value, type }) => {
      const isFramed = value !== null && type !== undefined;
      return { partition, key, value: isFramed ? framing.frame(schemaSubject(topic, type), value) : value };
    });
  }

  /** Connects ahead of the first record. */
  async open(): Promise<void> {
    await this.ready();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const current = this.current;
    this.current = undefined;
    // One that never connected has nothing to disconnect.
    await current?.then(
      (producer) => producer.disconnect(),
      () => undefined,
    );
  }

  private async ready(): Promise<Producer> {
    if (this.isClosed) throw unavailable(`${this.topic}: the journal is closed`);
    this.current ??= this.connect();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(unavailable(`${this.topic}: Kafka cannot be reached, nothing was stored`)),
        this.outage.graceMs,
      );
    });
    try {
      return await Promise.race([this.current, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async connect(): Promise<Producer> {
    for (;;) {
      if (this.isClosed) throw unavailable(`${this.topic}: the journal is closed`);
      const producer = this.client.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        retry: noRetry,
        allowAutoTopicCreation: false,
        createPartitioner: () => namedPartition,
      });
      try {
        await producer.connect();
        this.outage.succeeded();
        return producer;
      } catch (error) {
        abandon(producer);
        await this.outage.failed(error);
      }
    }
  }

  private discard(producer: Producer): void {
    abandon(producer);
    this.current = this.isClosed ? undefined : this.connect();
    // Whoever needs it hears of the failure; without anybody it is none.
    this.current?.catch(() => undefined);
  }
}

/** Kept from waiting: its open requests may take until their time-out, and their outcome is unknown already. */
function abandon(producer: Producer): void {
  producer.disconnect().catch(() => undefined);
}

function namedPartition({ message }: { readonly message: Message }): number {
  if (message.partition === undefined) throw new TypeError('a record names its partition');
  return message.partition;
}

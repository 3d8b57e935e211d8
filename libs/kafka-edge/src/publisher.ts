/**
 * Publishes records and resolves when all in-sync replicas have them, however long the broker is away. After an error the producer is thrown
 * away and made anew. A record may be there twice afterwards: who reads them drops repeats by their ids.
 */
import type { Clock, ValueFraming } from '@dacapo/ports';
import type { Log } from '@dacapo/runtime';
import type { Kafka, Producer } from 'kafkajs';

import { limits } from './limits.js';
import { Patience } from './patience.js';

export interface Outgoing {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  /** Of its schema; where there is none the value is never framed. */
  readonly subject?: string;
}

export interface PublisherOptions {
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly log: Log;
  /** What it publishes, for the log. */
  readonly name: string;
  /** Default: all values are plain JSON. */
  readonly framing?: ValueFraming;
  /** Called after a failure: perhaps a topic is missing. */
  readonly onFailure?: () => void;
}

export class Publisher {
  private producer: Promise<Producer> | undefined;
  private readonly patience: Patience;

  constructor(private readonly options: PublisherOptions) {
    this.patience = new Patience(`Kafka (${options.name})`, options.clock, options.log);
  }

  /** `prepare` is called before each attempt, for example to make the topics. Rejects only when it fails after `stop`. */
  async publish(records: readonly Outgoing[], prepare?: () => Promise<void>): Promise<void> {
    for (const part of partsOf(records)) {
      await this.patience.untilDone(
        async () => {
          await prepare?.();
          await this.send(part);
        },
        { isRetryable: () => true },
      );
    }
  }

  /** What is under way may still succeed, but nothing is tried again. */
  stop(): void {
    this.patience.stop();
  }

  /** After `stop`: failures are tried again. */
  resume(): void {
    this.patience.resume();
  }

  async close(): Promise<void> {
    this.stop();
    await this.discard();
  }

  private async send(records: readonly Outgoing[]): Promise<void> {
    const byTopic = Map.groupBy(records, ({ topic }) => topic);
    try {
      this.producer ??= this.connect();
      const producer = await this.producer;
      await producer.sendBatch({
        acks: -1,
        topicMessages: [...byTopic].map(([topic, messages]) => ({
          topic,
          messages: messages.map((record) => ({ key: record.key, value: this.valueOf(record) })),
        })),
      });
    } catch (error) {
      this.options.onFailure?.();
      await this.discard();
      throw error;
    }
  }

  private valueOf({ subject, value }: Outgoing): string | Buffer {
    const { framing } = this.options;
    return framing === undefined || subject === undefined ? value : framing.frame(subject, value);
  }

  private async connect(): Promise<Producer> {
    const producer = this.options.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }

  private async discard(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    try {
      await (await producer)?.disconnect();
    } catch {
      // It is thrown away because it does not work.
    }
  }
}

function partsOf(records: readonly Outgoing[]): readonly (readonly Outgoing[])[] {
  const parts: Outgoing[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(record.value) + Buffer.byteLength(record.key);
    const last = parts.at(-1);
    if (last !== undefined && bytes + size <= limits.publishBytes && last.length < limits.publishRecords) {
      last.push(record);
      bytes += size;
    } else {
      parts.push([record]);
      bytes = size;
    }
  }
  return parts;
}

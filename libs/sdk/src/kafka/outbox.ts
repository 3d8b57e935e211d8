/**
 * Sends records to `inbox` in the order in which they came, and resolves when all in-sync replicas have them. What comes while a request is
 * under way goes with the next one; nothing waits for a timer. While the broker is away it tries again: then a record may be there twice, and
 * its `id` sees to it that it has one effect.
 */
import { setTimeout as pause } from 'node:timers/promises';

import type { Kafka, Producer } from 'kafkajs';

import { messageOf, type SdkLog } from './connection.js';

const batchRecords = 500;
const batchBytes = 900_000;
const retryMinMs = 100;
const retryMaxMs = 2_000;

interface Waiting {
  readonly key: string;
  readonly value: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Outbox {
  private readonly waiting: Waiting[] = [];
  private producer: Producer | undefined;
  private sending: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly log: SdkLog,
  ) {}

  /** Records with one key stay in order. Rejects only when it was closed before the broker had the record. */
  send(key: string, record: object): Promise<void> {
    if (this.isClosed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, value: JSON.stringify(record), resolve, reject });
      this.sending ??= this.sendAll().finally(() => {
        this.sending = undefined;
      });
    });
  }

  /** Sends what waits, unless the broker is away. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.sending;
    await this.discard();
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.takeBatch();
      try {
        await this.sendUntilDone(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error as Error);
      }
    }
  }

  private takeBatch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { key, value } of this.waiting) {
      bytes += Buffer.byteLength(value) + key.length;
      if (count === batchRecords || (count > 0 && bytes > batchBytes)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async sendUntilDone(batch: readonly Waiting[]): Promise<void> {
    for (let pauseMs = retryMinMs; ; pauseMs = Math.min(pauseMs * 2, retryMaxMs)) {
      try {
        const messages = batch.map(({ key, value }) => ({ key, value }));
        await (await this.connected()).send({ topic: this.topic, acks: -1, messages });
        return;
      } catch (error) {
        await this.discard();
        if (isTooLarge(error) || this.isClosed) throw error;
        this.log.warn(`Kafka does not take records of ${this.topic} (${messageOf(error)}); trying again`);
        await pause(pauseMs);
      }
    }
  }

  private async connected(): Promise<Producer> {
    if (this.producer !== undefined) return this.producer;
    const producer = this.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    this.producer = producer;
    return producer;
  }

  private async discard(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    // It is thrown away because it does not work, or is not needed.
    await producer?.disconnect().catch(() => undefined);
  }
}

/** No second try makes it smaller. */
export function isTooLarge(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'type' in error && error.type === 'MESSAGE_TOO_LARGE';
}

function closed(): Error {
  return new Error('The connection to Kafka has been closed');
}

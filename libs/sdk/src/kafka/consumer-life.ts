/**
 * One consumer of kafkajs from its first join until it fails or is stopped. (By itself kafkajs begins anew after some errors, and stays dead
 * without a word after the others: so any end of one is the beginning of the next, in worker.ts.)
 */
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';

const sessionMs = 10_000;
const heartbeatMs = 2_000;
/** How long a broker may hold a fetch when there is nothing. */
const fetchWaitMs = 100;
const topicPartitions = 3;

export interface LifeOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly createTopics: boolean;
  readonly onJoin: (assignment: Readonly<Record<string, readonly number[]>>) => void;
  readonly onBatch: (payload: EachBatchPayload) => Promise<void>;
}

export class ConsumerLife {
  private readonly ended = Promise.withResolvers<void>();
  private readonly consumer: Consumer;
  private isRunning = false;

  constructor(private readonly options: LifeOptions) {
    // A crash before anybody awaits it.
    this.ended.promise.catch(() => undefined);
    this.consumer = options.kafka.consumer({
      groupId: options.groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: fetchWaitMs,
      sessionTimeout: sessionMs,
      heartbeatInterval: heartbeatMs,
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Resolves after `stop`, rejects when the consumer fails. */
  async run(): Promise<void> {
    const { topics, createTopics, onJoin, onBatch } = this.options;
    if (createTopics) await this.makeTopics();
    const { consumer } = this;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onJoin(payload.memberAssignment));
    consumer.on(consumer.events.CRASH, ({ payload }) => this.ended.reject(payload.error));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      this.isRunning = true;
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: onBatch });
      await this.ended.promise;
    } finally {
      this.isRunning = false;
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Takes nothing more. */
  pause(): void {
    if (!this.isRunning) return;
    this.consumer.pause(this.options.topics.map((topic) => ({ topic })));
  }

  async commit(topic: string, partition: number, offset: number): Promise<void> {
    await this.consumer.commitOffsets([{ topic, partition, offset: String(offset) }]);
  }

  stop(): void {
    this.ended.resolve();
  }

  /** A consumer cannot wait for a topic that is not there. */
  private async makeTopics(): Promise<void> {
    const admin = this.options.kafka.admin();
    try {
      await admin.connect();
      const existing = new Set(await admin.listTopics());
      const missing = this.options.topics.filter((topic) => !existing.has(topic));
      if (missing.length === 0) return;
      const topics = missing.map((topic) => ({ topic, numPartitions: topicPartitions, replicationFactor: -1 }));
      await admin.createTopics({ waitForLeaders: true, topics });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

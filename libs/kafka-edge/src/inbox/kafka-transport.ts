/**
 * Nest's Kafka transport, made to survive: it begins to listen without a broker, every crash of its consumer ends in a new consumer, and
 * patterns stand for topics behind our prefix. kafkajs commits an offset only after the handler has resolved, so it is at least once.
 */
import type { Clock } from '@dacapo/ports';
import { type Log, type Loop, Supervisor } from '@dacapo/runtime';
import { type CustomTransportStrategy, ServerKafka } from '@nestjs/microservices';
import type { Consumer, Kafka } from 'kafkajs';

import { consumerConfig, consumerLoop } from '../consumer-loop.js';

export interface KafkaTransportOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly groupId: string;
  /** Makes the topics, or waits for the broker until it can. */
  readonly prepare: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

type Handler = Parameters<ServerKafka['addHandler']>[1];
type Extras = Parameters<ServerKafka['addHandler']>[3];

export class KafkaTransport extends ServerKafka implements CustomTransportStrategy {
  private readonly supervisor: Supervisor;
  private watch: (consumer: Consumer) => void = () => undefined;

  constructor(private readonly settings: KafkaTransportOptions) {
    super({
      consumer: consumerConfig(settings.groupId),
      subscribe: { fromBeginning: true },
      run: { partitionsConsumedConcurrently: 8 },
      // The bytes are ours to read: the dead letter keeps them as they were.
      parser: { keepBinary: true },
      postfixId: '',
    });
    this.supervisor = new Supervisor('inbox', () => this.loop(), settings.clock, settings.log);
  }

  get isReady(): boolean {
    return this.supervisor.isReady;
  }

  get restarts(): number {
    return this.supervisor.restarts;
  }

  override addHandler(pattern: unknown, callback: Handler, isEventHandler = false, extras: Extras = {}): void {
    super.addHandler(`${this.settings.topicPrefix}${String(pattern)}`, callback, isEventHandler, extras);
  }

  /** The rest of the process does not wait for the broker. */
  override listen(callback: (error?: unknown) => void): Promise<void> {
    void this.supervisor.start();
    callback();
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    await this.supervisor.stop();
  }

  override createClient<T>(): Promise<T> {
    return Promise.resolve(this.settings.kafka as T);
  }

  override registerConsumerEventListeners(): void {
    super.registerConsumerEventListeners();
    this.watch(this.consumer as Consumer);
  }

  private loop(): Loop {
    return consumerLoop({
      ...this.settings,
      begin: async (watch) => {
        this.watch = watch;
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        await super.listen((error?: unknown) => (error === undefined ? resolve() : reject(error)));
        await promise;
      },
      end: () => super.close(),
    });
  }
}

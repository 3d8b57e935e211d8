/** The doors on Kafka and MongoDB: what REST and the inbox have behind them. */
import { randomBytes } from 'node:crypto';

import { ensureTopics, KafkaDefinitionLog, KafkaJournal, openClient, topicSpecs } from '@dacapo/journal-kafka';
import { DeadLetters, Inbox, KafkaTransport, Publisher, type Role } from '@dacapo/kafka-edge';
import { type Config, sha256, valueSettings } from '@dacapo/platform';
import {
  DefinitionRegistry,
  GatewayRuntime,
  type Log,
  systemClock,
  type VerifyReport,
  verifyWorkflow,
} from '@dacapo/runtime';
import { openFraming, subjects } from '@dacapo/schema-registry';
import { type Log as AdapterLog, MongoStore } from '@dacapo/store-mongo';

export class GatewayRole implements Role {
  private constructor(
    readonly gateway: GatewayRuntime,
    readonly inbox: Inbox,
    readonly inboxTransport: KafkaTransport,
    readonly deadLetters: DeadLetters,
    private readonly journal: KafkaJournal,
    private readonly store: MongoStore,
  ) {}

  /** Waits for the registry, the broker and the database. */
  static async open(config: Config, log: Log & AdapterLog, signal: AbortSignal): Promise<GatewayRole> {
    const topicPrefix = config.kafkaTopicPrefix;
    const connection = { brokers: config.kafkaBrokers.split(','), clientId: 'dacapo-gateway' };
    const options = { ...connection, createTopics: true, log, signal };
    const framing = await openFraming({
      url: config.schemaRegistryUrl,
      subjects: [...subjects.commands(topicPrefix), ...subjects.deadLetters(topicPrefix)],
      log,
      signal,
    });
    const journal = await KafkaJournal.open({ ...options, topicPrefix, partitionCount: config.partitions, framing });
    const registry = new DefinitionRegistry(
      await KafkaDefinitionLog.open({ ...options, topicPrefix }),
      sha256,
      systemClock,
      valueSettings(config),
    );
    await registry.start();
    const store = await MongoStore.open({ url: config.mongoUrl, database: config.mongoDatabase, log, signal });
    const gateway = new GatewayRuntime({
      journal,
      readStore: store.readStore,
      registry,
      clock: systemClock,
      log,
      partitions: Array.from({ length: journal.partitionCount }, (_, partition) => partition),
      idPrefix: randomBytes(5).toString('hex'),
      offersPolls: true,
    });

    const kafka = openClient(connection);
    const inboxTopics = [topicSpecs.inbox(topicPrefix), topicSpecs.deadLetters(topicPrefix)];
    const deadLetters = new DeadLetters(
      topicSpecs.deadLetters(topicPrefix).name,
      new Publisher({ kafka, clock: systemClock, log, framing, name: 'dead letters' }),
      systemClock,
    );
    const inbox = new Inbox({ gateway, journal, deadLetters, hash: sha256, clock: systemClock, log });
    const inboxTransport = new KafkaTransport({
      kafka,
      topicPrefix,
      groupId: `${topicPrefix}inbox`,
      prepare: async () => {
        await ensureTopics({ ...options, topics: inboxTopics });
      },
      clock: systemClock,
      log,
    });
    return new GatewayRole(gateway, inbox, inboxTransport, deadLetters, journal, store);
  }

  get isReady(): boolean {
    return this.gateway.isReady;
  }

  async start(): Promise<void> {
    await this.gateway.start();
    this.gateway.watchProjection();
  }

  verify(workflowId: string): Promise<VerifyReport | undefined> {
    const { journal, store, gateway } = this;
    return verifyWorkflow(
      {
        journal,
        readStore: store.readStore,
        registry: gateway.registry,
        hash: sha256,
        range: (id) => gateway.views.range(id),
      },
      workflowId,
    );
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.deadLetters.close();
    await this.journal.close();
    await this.gateway.registry.close();
    await this.store.close();
  }
}

/** The lanes of all partitions on Kafka, their snapshots in MongoDB. */
import { hostname } from 'node:os';

import { KafkaDefinitionLog, KafkaJournal } from '@dacapo/journal-kafka';
import type { Role } from '@dacapo/kafka-edge';
import { armCrash, type Config, parseCrashAt, sha256, valueSettings } from '@dacapo/platform';
import { DefinitionRegistry, EngineRuntime, locateByReadModel, type Log, systemClock } from '@dacapo/runtime';
import { type Log as AdapterLog, MongoStore } from '@dacapo/store-mongo';

export class EngineRole implements Role {
  private constructor(
    readonly engine: EngineRuntime,
    private readonly journal: KafkaJournal,
    private readonly registry: DefinitionRegistry,
    private readonly store: MongoStore,
  ) {}

  /** Waits for the broker and the database. */
  static async open(config: Config, log: Log & AdapterLog, signal: AbortSignal): Promise<EngineRole> {
    if (config.crashAt !== undefined) armCrash(parseCrashAt(config.crashAt));
    const kafka = {
      brokers: config.kafkaBrokers.split(','),
      clientId: 'dacapo-engine',
      topicPrefix: config.kafkaTopicPrefix,
      createTopics: true,
      log,
      signal,
    };
    const journal = await KafkaJournal.open({ ...kafka, partitionCount: config.partitions });
    const registry = new DefinitionRegistry(
      await KafkaDefinitionLog.open(kafka),
      sha256,
      systemClock,
      valueSettings(config),
    );
    await registry.start();
    const store = await MongoStore.open({ url: config.mongoUrl, database: config.mongoDatabase, log, signal });
    const engine = new EngineRuntime({
      journal,
      snapshots: store.snapshotStore,
      registry,
      clock: systemClock,
      hash: sha256,
      locate: locateByReadModel(journal, store.readStore),
      log,
      partitions: Array.from({ length: journal.partitionCount }, (_, partition) => partition),
      owner: `${hostname()}:${process.pid}`,
    });
    return new EngineRole(engine, journal, registry, store);
  }

  get isReady(): boolean {
    return this.engine.isReady;
  }

  async start(): Promise<void> {
    await this.engine.start();
  }

  async close(): Promise<void> {
    await this.engine.stop();
    await this.journal.close();
    await this.registry.close();
    await this.store.close();
  }
}

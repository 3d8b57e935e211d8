/** The lanes of all partitions on Kafka, their snapshots in MongoDB. */
import { hostname } from 'node:os';

import { KafkaDefinitionLog, KafkaJournal, PartitionGroup, topicSpecs } from '@dacapo/journal-kafka';
import type { Role } from '@dacapo/kafka-edge';
import { armCrash, type Config, parseCrashAt, sha256, valueSettings } from '@dacapo/platform';
import { DefinitionRegistry, EngineRuntime, locateByReadModel, type Log, systemClock } from '@dacapo/runtime';
import { openScripts, type Scripts } from '@dacapo/scripting';
import { openFraming, subjects } from '@dacapo/schema-registry';
import { type Log as AdapterLog, MongoStore } from '@dacapo/store-mongo';

export class EngineRole implements Role {
  private constructor(
    readonly engine: EngineRuntime,
    private readonly journal: KafkaJournal,
    private readonly registry: DefinitionRegistry,
    private readonly store: MongoStore,
    private readonly scripts: Scripts,
  ) {}

  /** Waits for the registry, the broker and the database. */
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
    const framing = await openFraming({
      url: config.schemaRegistryUrl,
      subjects: [subjects.commands, subjects.events].flatMap((of) => of(config.kafkaTopicPrefix)),
      log,
      signal,
    });
    const journal = await KafkaJournal.open({ ...kafka, partitionCount: config.partitions, framing });
    const registry = new DefinitionRegistry(
      await KafkaDefinitionLog.open(kafka),
      sha256,
      systemClock,
      valueSettings(config),
    );
    await registry.start();
    const store = await MongoStore.open({ url: config.mongoUrl, database: config.mongoDatabase, log, signal });
    const scripts = openScripts(config.scripts, {
      onStartFault: (error) => log.error({ error }, 'the threads for scripts could not be started'),
    });
    const { sandbox } = scripts;
    const engine = new EngineRuntime({
      journal,
      snapshots: store.snapshotStore,
      outputCache: store.outputCache,
      registry,
      clock: systemClock,
      hash: sha256,
      locate: locateByReadModel(journal, store.readStore),
      log,
      partitions: new PartitionGroup({
        ...kafka,
        groupId: `${config.kafkaTopicPrefix}engine`,
        topic: topicSpecs.commands(config.kafkaTopicPrefix, journal.partitionCount).name,
      }),
      owner: `${hostname()}:${process.pid}`,
      ...(sandbox === undefined ? {} : { sandbox }),
    });
    return new EngineRole(engine, journal, registry, store, scripts);
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
    await this.scripts.close();
  }
}

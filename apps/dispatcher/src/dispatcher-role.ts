/** What leaves the house because of events: tasks for Kafka workers, and word of refused inbox records. */
import { ensureTopics, KafkaDefinitionLog, KafkaJournal, openClient, topicSpecs } from '@dacapo/journal-kafka';
import {
  CheckpointedReader,
  DeadLetters,
  type EventSink,
  InboxRefusals,
  kafkaEdgeLimits,
  Publisher,
  refusalReader,
  type Role,
  TaskTopics,
  taskTopicReader,
} from '@dacapo/kafka-edge';
import { armCrash, type Config, parseCrashAt, sha256, valueSettings } from '@dacapo/platform';
import { DefinitionRegistry, type Log, readerLoop, Supervisor, systemClock } from '@dacapo/runtime';
import { type Log as AdapterLog, MongoStore } from '@dacapo/store-mongo';

export class DispatcherRole implements Role {
  private constructor(
    readonly taskTopics: TaskTopics,
    readonly deadLetters: DeadLetters,
    private readonly readers: readonly Supervisor[],
    private readonly journal: KafkaJournal,
    private readonly registry: DefinitionRegistry,
    private readonly store: MongoStore,
  ) {}

  /** Waits for the broker and the database. */
  static async open(config: Config, log: Log & AdapterLog, signal: AbortSignal): Promise<DispatcherRole> {
    if (config.crashAt !== undefined) armCrash(parseCrashAt(config.crashAt));
    const topicPrefix = config.kafkaTopicPrefix;
    const connection = { brokers: config.kafkaBrokers.split(','), clientId: 'dacapo-dispatcher' };
    const options = { ...connection, createTopics: true, log, signal };
    const journal = await KafkaJournal.open({ ...options, topicPrefix, partitionCount: config.partitions });
    const registry = new DefinitionRegistry(
      await KafkaDefinitionLog.open({ ...options, topicPrefix }),
      sha256,
      systemClock,
      valueSettings(config),
    );
    await registry.start();
    await ensureTopics({ ...options, topics: [topicSpecs.deadLetters(topicPrefix)] });
    const store = await MongoStore.open({ url: config.mongoUrl, database: config.mongoDatabase, log, signal });
    const { readStore } = store;

    const shared = { kafka: openClient(connection), clock: systemClock, log };
    const deadLetters = new DeadLetters(
      topicSpecs.deadLetters(topicPrefix).name,
      new Publisher({ ...shared, name: 'dead letters' }),
      systemClock,
    );
    const taskTopics = new TaskTopics({
      ...shared,
      topicPrefix,
      journal,
      store: readStore,
      registry,
      deadLetters,
      hash: sha256,
      withSecrets: config.kafkaTaskSecrets,
      ensureTopics: async (names) => {
        await ensureTopics({ ...options, topics: names.map((name) => taskTopic(topicPrefix, name)) });
      },
    });
    const partitions = Array.from({ length: journal.partitionCount }, (_, partition) => partition);
    const readerOf = (name: string, sink: EventSink): Supervisor => {
      const reader = new CheckpointedReader({
        name,
        sink,
        journal,
        store: readStore,
        partitions,
        clock: systemClock,
        log,
      });
      return new Supervisor(name, () => readerLoop(reader), systemClock, log);
    };
    const readers = [
      readerOf(taskTopicReader, taskTopics),
      readerOf(refusalReader, new InboxRefusals(journal, deadLetters, topicPrefix)),
    ];
    return new DispatcherRole(taskTopics, deadLetters, readers, journal, registry, store);
  }

  get isReady(): boolean {
    return this.readers.every(({ isReady }) => isReady);
  }

  get restarts(): number {
    return this.readers.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  async start(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.start()));
  }

  async close(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
    await this.taskTopics.close();
    await this.deadLetters.close();
    await this.journal.close();
    await this.registry.close();
    await this.store.close();
  }
}

function taskTopic(prefix: string, name: string): ReturnType<typeof topicSpecs.tasks> {
  return { ...topicSpecs.tasks(prefix, '', kafkaEdgeLimits.taskTopicPartitions), name };
}

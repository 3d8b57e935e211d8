/** What leaves the house because of events: tasks for Kafka workers, the work of built-in tasks, and word of refused inbox records. */
import { randomBytes } from 'node:crypto';

import { startForTask } from '@dacapo/api';
import { builtInTypes } from '@dacapo/engine';
import {
  ensureTopics,
  KafkaDefinitionLog,
  KafkaJournal,
  openClient,
  PartitionGroup,
  topicSpecs,
} from '@dacapo/journal-kafka';
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
import { armCrash, type Config, parseCrashAt, sha256, taskSettings, valueSettings } from '@dacapo/platform';
import { AssignedReader, DefinitionRegistry, GatewayRuntime, type Log, readerLoop, systemClock } from '@dacapo/runtime';
import { openScripts, type Scripts } from '@dacapo/scripting';
import { openFraming, subjects } from '@dacapo/schema-registry';
import { type Log as AdapterLog, MongoStore } from '@dacapo/store-mongo';
import { builtInTasks, BuiltInWorkers, KafkaJsPublisher } from '@dacapo/system-tasks';

export class DispatcherRole implements Role {
  private constructor(
    readonly taskTopics: TaskTopics,
    readonly deadLetters: DeadLetters,
    readonly builtIn: BuiltInWorkers,
    private readonly publisher: KafkaJsPublisher,
    private readonly gateway: GatewayRuntime,
    private readonly readers: readonly AssignedReader[],
    private readonly journal: KafkaJournal,
    private readonly registry: DefinitionRegistry,
    private readonly store: MongoStore,
    private readonly scripts: Scripts,
  ) {}

  /** Waits for the registry, the broker and the database. */
  static async open(config: Config, log: Log & AdapterLog, signal: AbortSignal): Promise<DispatcherRole> {
    if (config.crashAt !== undefined) armCrash(parseCrashAt(config.crashAt));
    const topicPrefix = config.kafkaTopicPrefix;
    const connection = { brokers: config.kafkaBrokers.split(','), clientId: 'dacapo-dispatcher' };
    const options = { ...connection, createTopics: true, log, signal };
    const framing = await openFraming({
      url: config.schemaRegistryUrl,
      subjects: [subjects.commands, subjects.tasks, subjects.deadLetters].flatMap((of) => of(topicPrefix)),
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
    await ensureTopics({ ...options, topics: [topicSpecs.deadLetters(topicPrefix)] });
    const store = await MongoStore.open({ url: config.mongoUrl, database: config.mongoDatabase, log, signal });
    const { readStore } = store;

    const shared = { kafka: openClient(connection), clock: systemClock, log, framing };
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
    const { name: topic } = topicSpecs.events(topicPrefix, journal.partitionCount);
    const readerOf = (name: string, sink: EventSink): AssignedReader => {
      const reads = { name, sink, journal, store: readStore, clock: systemClock, log };
      return new AssignedReader({
        name,
        make: (assigned) => readerLoop(new CheckpointedReader({ ...reads, partitions: assigned })),
        assignment: new PartitionGroup({ ...connection, groupId: `${topicPrefix}${name}`, topic, log }),
        clock: systemClock,
        log,
      });
    };
    const readers = [
      readerOf(taskTopicReader, taskTopics),
      readerOf(refusalReader, new InboxRefusals(journal, deadLetters, topicPrefix)),
    ];
    const gateway = new GatewayRuntime({
      journal,
      readStore,
      registry,
      clock: systemClock,
      log,
      partitions,
      idPrefix: randomBytes(5).toString('hex'),
      queues: new Set(builtInTypes),
      offersPolls: true,
    });
    const publisher = new KafkaJsPublisher({
      open: (brokers) => Promise.resolve(openClient({ brokers, clientId: 'dacapo-tasks' })),
      clock: systemClock,
    });
    const scripts = openScripts(config.scripts, {
      onStartFault: (error) => log.error({ error }, 'the threads for scripts could not be started'),
    });
    const { sandbox, jq } = scripts;
    const tasks = builtInTasks({
      ...taskSettings(config),
      jq,
      ...(sandbox === undefined ? {} : { sandbox }),
      ownServers: connection.brokers,
      publisher,
      start: startForTask(gateway, sha256),
    });
    const builtIn = new BuiltInWorkers({ gateway, tasks, clock: systemClock, log });
    return new DispatcherRole(
      taskTopics,
      deadLetters,
      builtIn,
      publisher,
      gateway,
      readers,
      journal,
      registry,
      store,
      scripts,
    );
  }

  get isReady(): boolean {
    return this.gateway.isReady && this.readers.every(({ isReady }) => isReady);
  }

  get restarts(): number {
    return this.readers.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  async start(): Promise<void> {
    await Promise.all([this.gateway.start(), ...this.readers.map((reader) => reader.start())]);
    this.gateway.watchProjection();
    this.builtIn.start();
  }

  async close(): Promise<void> {
    await this.builtIn.stop();
    await this.publisher.close();
    await this.gateway.stop();
    await Promise.all(this.readers.map((reader) => reader.stop()));
    await this.taskTopics.close();
    await this.deadLetters.close();
    await this.journal.close();
    await this.registry.close();
    await this.store.close();
    await this.scripts.close();
  }
}

function taskTopic(prefix: string, name: string): ReturnType<typeof topicSpecs.tasks> {
  return { ...topicSpecs.tasks(prefix, '', kafkaEdgeLimits.taskTopicPartitions), name };
}

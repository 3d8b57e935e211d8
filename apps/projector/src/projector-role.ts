/** The read model: events from Kafka into MongoDB. */
import { KafkaJournal, PartitionGroup, topicSpecs } from '@dacapo/journal-kafka';
import type { Role } from '@dacapo/kafka-edge';
import { armCrash, type Config, parseCrashAt } from '@dacapo/platform';
import { AssignedReader, type Log, ProjectionRunner, readerLoop, systemClock } from '@dacapo/runtime';
import { type Log as AdapterLog, MongoStore } from '@dacapo/store-mongo';

export class ProjectorRole implements Role {
  private projection: ProjectionRunner | undefined;
  private projectedBefore = 0;
  private readonly reader: AssignedReader;

  private constructor(
    private readonly journal: KafkaJournal,
    private readonly store: MongoStore,
    group: PartitionGroup,
    private readonly log: Log,
  ) {
    this.reader = new AssignedReader({
      name: 'projection',
      make: (partitions) => readerLoop(this.project(partitions)),
      assignment: group,
      clock: systemClock,
      log,
    });
  }

  /** Waits for the broker and the database. */
  static async open(config: Config, log: Log & AdapterLog, signal: AbortSignal): Promise<ProjectorRole> {
    if (config.crashAt !== undefined) armCrash(parseCrashAt(config.crashAt));
    const kafka = { brokers: config.kafkaBrokers.split(','), clientId: 'dacapo-projector', log };
    const topicPrefix = config.kafkaTopicPrefix;
    const journal = await KafkaJournal.open({
      ...kafka,
      topicPrefix,
      partitionCount: config.partitions,
      createTopics: true,
      followRestMs: 200,
      signal,
    });
    const store = await MongoStore.open({ url: config.mongoUrl, database: config.mongoDatabase, log, signal });
    const { name: topic } = topicSpecs.events(topicPrefix, journal.partitionCount);
    const group = new PartitionGroup({ ...kafka, groupId: `${topicPrefix}projector`, topic });
    return new ProjectorRole(journal, store, group, log);
  }

  get isReady(): boolean {
    return this.reader.isReady;
  }

  get restarts(): number {
    return this.reader.restarts;
  }

  /** Events written into the read model since the start. */
  get projected(): number {
    return this.projectedBefore + (this.projection?.projected ?? 0);
  }

  /** Workflows whose documents could not be brought up to date. */
  get parked(): number {
    return this.projection?.parked ?? 0;
  }

  async start(): Promise<void> {
    await this.reader.start();
  }

  async close(): Promise<void> {
    await this.reader.stop();
    await this.journal.close();
    await this.store.close();
  }

  private project(partitions: readonly number[]): ProjectionRunner {
    this.projectedBefore = this.projected;
    this.projection = new ProjectionRunner({
      journal: this.journal,
      store: this.store.readStore,
      partitions,
      clock: systemClock,
      log: this.log,
      // A write to MongoDB costs more than one to the embedded file, and gateways fold what is missing: fewer, bigger writes.
      gatherMs: 500,
    });
    return this.projection;
  }
}

/** The read model: events from Kafka into MongoDB. */
import { KafkaJournal } from '@dacapo/journal-kafka';
import type { Role } from '@dacapo/kafka-edge';
import { armCrash, type Config, parseCrashAt } from '@dacapo/platform';
import { type Log, ProjectionRunner, readerLoop, Supervisor, systemClock } from '@dacapo/runtime';
import { type Log as AdapterLog, MongoStore } from '@dacapo/store-mongo';

export class ProjectorRole implements Role {
  private constructor(
    readonly projection: ProjectionRunner,
    private readonly supervisor: Supervisor,
    private readonly journal: KafkaJournal,
    private readonly store: MongoStore,
  ) {}

  /** Waits for the broker and the database. */
  static async open(config: Config, log: Log & AdapterLog, signal: AbortSignal): Promise<ProjectorRole> {
    if (config.crashAt !== undefined) armCrash(parseCrashAt(config.crashAt));
    const journal = await KafkaJournal.open({
      brokers: config.kafkaBrokers.split(','),
      clientId: 'dacapo-projector',
      topicPrefix: config.kafkaTopicPrefix,
      partitionCount: config.partitions,
      createTopics: true,
      followRestMs: 200,
      log,
      signal,
    });
    const store = await MongoStore.open({ url: config.mongoUrl, database: config.mongoDatabase, log, signal });
    const projection = new ProjectionRunner({
      journal,
      store: store.readStore,
      partitions: Array.from({ length: journal.partitionCount }, (_, partition) => partition),
      clock: systemClock,
      log,
      // A write to MongoDB costs more than one to the embedded file, and gateways fold what is missing: fewer, bigger writes.
      gatherMs: 500,
    });
    const supervisor = new Supervisor('projection', () => readerLoop(projection), systemClock, log);
    return new ProjectorRole(projection, supervisor, journal, store);
  }

  get isReady(): boolean {
    return this.supervisor.isReady;
  }

  get restarts(): number {
    return this.supervisor.restarts;
  }

  async start(): Promise<void> {
    await this.supervisor.start();
  }

  async close(): Promise<void> {
    await this.supervisor.stop();
    await this.journal.close();
    await this.store.close();
  }
}

/** All roles in one process on the embedded files: what the distributed apps put together from Kafka and MongoDB. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import { startForTask } from '@dacapo/api';
import { SqliteJournal } from '@dacapo/journal-sqlite';
import { armCrash, type Config, parseCrashAt, sha256, taskSettings, valueSettings } from '@dacapo/platform';
import {
  DefinitionRegistry,
  EngineRuntime,
  GatewayRuntime,
  type Log,
  ProjectionRunner,
  readerLoop,
  Supervisor,
  systemClock,
  type VerifyReport,
  verifyWorkflow,
} from '@dacapo/runtime';
import { openScripts, type Scripts } from '@dacapo/scripting';
import { SqliteStore } from '@dacapo/store-sqlite';
import { builtInTasks, BuiltInWorkers, KafkaJsPublisher, type KafkaJsPublisherOptions } from '@dacapo/system-tasks';

/** One process has one thread to decide on: more partitions only make more and smaller commits (ARCHITECTURE.md, decision 10). */
const partitionsDefault = 1;

export class Embedded {
  private constructor(
    readonly gateway: GatewayRuntime,
    readonly engine: EngineRuntime,
    readonly projection: ProjectionRunner,
    readonly builtIn: BuiltInWorkers,
    private readonly publisher: KafkaJsPublisher,
    private readonly projector: Supervisor,
    private readonly journal: SqliteJournal,
    private readonly store: SqliteStore,
    private readonly scripts: Scripts,
  ) {}

  static async open(config: Config, log: Log): Promise<Embedded> {
    const crashAt = config.crashAt === undefined ? undefined : parseCrashAt(config.crashAt);
    if (crashAt !== undefined) armCrash(crashAt);
    const clock = systemClock;
    const journal = await SqliteJournal.open({
      directory: config.dataDir,
      partitionCount: config.partitions ?? partitionsDefault,
      clock,
      ...(crashAt === undefined ? {} : { crashAt }),
    });
    const store = await SqliteStore.open({ directory: config.dataDir });
    const registry = new DefinitionRegistry(journal.definitions, sha256, clock, valueSettings(config, config.dataDir));
    await registry.start();
    const partitions = Array.from({ length: journal.partitionCount }, (_, partition) => partition);
    const gateway = new GatewayRuntime({
      journal,
      readStore: store.readStore,
      registry,
      clock,
      log,
      partitions,
      idPrefix: randomBytes(5).toString('hex'),
    });
    const scripts = openScripts(config.scripts, {
      onStartFault: (error) => log.error({ error }, 'the threads for scripts could not be started'),
    });
    const { sandbox, jq } = scripts;
    const engine = new EngineRuntime({
      journal,
      snapshots: store.snapshotStore,
      outputCache: store.outputCache,
      registry,
      clock,
      hash: sha256,
      log,
      partitions,
      owner: `${hostname()}:${process.pid}`,
      grant: (taskType, domains) => gateway.ready.grant(taskType, domains),
      ...(sandbox === undefined ? {} : { sandbox }),
    });
    const projection = new ProjectionRunner({
      journal,
      store: store.readStore,
      partitions,
      clock,
      log,
      onProjected: (partition, nextOffset) => gateway.projected(partition, nextOffset),
    });
    const projector = new Supervisor('projection', () => readerLoop(projection), clock, log);
    const publisher = new KafkaJsPublisher({ open: openKafka, clock });
    const tasks = builtInTasks({
      ...taskSettings(config),
      jq,
      ...(sandbox === undefined ? {} : { sandbox }),
      ...(config.isKafkaGiven ? { ownServers: config.kafkaBrokers.split(',') } : {}),
      publisher,
      start: startForTask(gateway, sha256),
    });
    const builtIn = new BuiltInWorkers({ gateway, tasks, clock, log });
    return new Embedded(gateway, engine, projection, builtIn, publisher, projector, journal, store, scripts);
  }

  get isReady(): boolean {
    return this.gateway.isReady && this.engine.isReady;
  }

  /** Resolves when requests may come. */
  async start(): Promise<void> {
    await this.gateway.start();
    await this.engine.start();
    await this.projector.start();
    this.builtIn.start();
  }

  verify(workflowId: string): Promise<VerifyReport | undefined> {
    const { journal, store, gateway } = this;
    return verifyWorkflow(
      { journal, readStore: store.readStore, registry: gateway.registry, hash: sha256 },
      workflowId,
    );
  }

  /** Takes no more, finishes what is in hand, and leaves the files as a restart wants them. */
  async close(): Promise<void> {
    await this.builtIn.stop();
    await this.publisher.close();
    await this.gateway.stop();
    await this.engine.stop();
    await this.projector.stop();
    await this.journal.close();
    await this.store.close();
    await this.scripts.close();
  }
}

/** Loaded when a task publishes for the first time: most installations of this kind have no Kafka. */
async function openKafka(brokers: readonly string[]): ReturnType<KafkaJsPublisherOptions['open']> {
  const { openClient } = await import('@dacapo/journal-kafka');
  return openClient({ brokers, clientId: 'dacapo-tasks' });
}

/**
 * The parts of an embedded server on a memory journal, a clock moved by hand and a real store: what a test starts, breaks and starts again.
 * It looks at the log through a feed of its own, so a test waits for an event instead of for time.
 */
import type { Command, CommandData, CommandType, Event, EventNamed, EventType } from '@dacapo/contracts';
import type { TaskDef, WorkflowDef } from '@dacapo/definitions';
import type { WorkflowState } from '@dacapo/engine';
import { MemoryDefinitionLog, MemoryDefinitions, MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import { type ReadStore, type SnapshotStore, type StoredEvent } from '@dacapo/ports';
import { anId, aWorkflowId, Condition, sha256 } from '@dacapo/ports-testing';

import { type Answer } from '../answers.js';
import { DefinitionRegistry } from '../definition-registry.js';
import { type EngineOptions, EngineRuntime } from '../engine-runtime.js';
import { EventFeed } from '../event-feed.js';
import { GatewayRuntime } from '../gateway-runtime.js';
import { ProjectionRunner } from '../projection-runner.js';
import { type VerifyReport } from '../verify/report.js';
import { verifyWorkflow } from '../verify/verify-workflow.js';
import { foldAll } from './fold-of.js';
import { FaultyJournal } from './faulty-journal.js';
import { TemporaryStore } from './temporary-store.js';
import { TestLog } from './test-log.js';

export interface HouseOptions {
  readonly partitionCount?: number;
  /** The engine is told of parked polls with the commands, as if it were elsewhere. */
  readonly offersPolls?: boolean;
  /** Shared by several houses; otherwise the house has one of its own. */
  readonly store?: { readonly readStore: ReadStore; readonly snapshots: SnapshotStore };
}

export class House {
  readonly clock = new VirtualClock();
  readonly log = new TestLog();
  readonly definitions = new MemoryDefinitions();
  readonly partitions: readonly number[];
  readonly events: StoredEvent[] = [];
  journal: FaultyJournal;
  registry: DefinitionRegistry;
  snapshots: SnapshotStore;
  readStore: ReadStore;
  engine: EngineRuntime;
  gateway: GatewayRuntime;
  projection: ProjectionRunner;
  private feed: EventFeed;
  private readonly condition = new Condition();
  private owner = 0;

  private constructor(
    partitionCount: number,
    store: { readonly readStore: ReadStore; readonly snapshots: SnapshotStore },
    private readonly own: TemporaryStore | undefined,
    private readonly offersPolls: boolean,
  ) {
    this.partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
    this.snapshots = store.snapshots;
    this.readStore = store.readStore;
    this.journal = new FaultyJournal(new MemoryJournal({ partitionCount, clock: this.clock }));
  }

  static async open({ partitionCount = 2, store, offersPolls = false }: HouseOptions = {}): Promise<House> {
    const own = store === undefined ? await TemporaryStore.open() : undefined;
    const house = new House(partitionCount, store ?? (own as TemporaryStore), own, offersPolls);
    await house.build();
    return house;
  }

  /** New objects on what is durable; nothing runs yet except the house's own eye on the log. */
  private async build(): Promise<void> {
    const { journal, clock, log, partitions } = this;
    this.registry = new DefinitionRegistry(new MemoryDefinitionLog(this.definitions), sha256, clock);
    await this.registry.start();
    this.gateway = new GatewayRuntime({
      journal,
      readStore: this.readStore,
      registry: this.registry,
      clock,
      log,
      partitions,
      idPrefix: `g${this.owner}`,
      offersPolls: this.offersPolls,
    });
    this.makeEngine();
    this.projection = new ProjectionRunner({
      journal,
      store: this.readStore,
      partitions,
      clock,
      log,
      gatherMs: 0,
      onProjected: (partition, nextOffset) => this.gateway.projected(partition, nextOffset),
    });
    this.events.length = 0;
    const onEvent = (stored: StoredEvent): void => void this.events.push(stored);
    this.feed = new EventFeed(journal, [{ onEvent, onBatchEnd: () => this.condition.changed() }]);
    this.feed.begin(new Map(partitions.map((partition) => [partition, { offset: 0, epoch: 0 }])));
    await this.feed.start((error) => {
      throw error;
    });
  }

  /** Another engine on the same journal; the one before must have been stopped, or be a stranger that still believes it owns the lanes. */
  makeEngine(partitions: EngineOptions['partitions'] = this.partitions): EngineRuntime {
    const { journal, snapshots, registry, clock, log, gateway } = this;
    this.owner += 1;
    this.engine = new EngineRuntime({
      journal,
      snapshots,
      registry,
      clock,
      hash: sha256,
      log,
      partitions,
      owner: `test-${this.owner}`,
      ...(this.offersPolls ? {} : { grant: (taskType, domains) => gateway.ready.grant(taskType, domains) }),
    });
    return this.engine;
  }

  async start(): Promise<void> {
    await this.gateway.start();
    await this.engine.start();
  }

  /** The process dies: nothing is saved any more, and what waited for its decision is gone. */
  async die(): Promise<void> {
    await this.feed.stop();
    const { log, partitionCount } = this.journal.inner;
    await this.journal.close();
    this.journal = new FaultyJournal(new MemoryJournal({ partitionCount, clock: this.clock, log }));
    await this.build();
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.engine.stop();
    await this.feed.stop();
    await this.journal.close();
    await this.own?.remove();
  }

  /** Registers definitions; the digest of the last workflow definition comes back. */
  async define(workflows: readonly WorkflowDef[], tasks: readonly TaskDef[] = []): Promise<string> {
    await this.registry.putTaskDefs(tasks);
    await this.registry.putWorkflowDefs(workflows);
    const last = workflows.at(-1);
    const found = last && (await this.registry.snapshotOf(last.name, last.version));
    return found?.digest ?? '';
  }

  command<T extends CommandType>(
    type: T,
    workflowId: string,
    data: CommandData<T>,
    more: { readonly id?: string; readonly repeatable?: true } = {},
  ): Command {
    return { type, version: 1, id: anId(), workflowId, data, ...more } as unknown as Command;
  }

  ask<T extends CommandType>(type: T, workflowId: string, data: CommandData<T>): Promise<Answer> {
    return this.gateway.answers.ask(this.command(type, workflowId, data));
  }

  workflowId(partition = 0): string {
    return aWorkflowId(partition, this.journal.partitionCount);
  }

  startCommand(
    definition: string,
    workflowId = this.workflowId(),
    input: Readonly<Record<string, unknown>> = {},
  ): Command {
    return this.command('StartWorkflow', workflowId, { definition, name: 'wf', version: 1, input });
  }

  /** Starts a workflow and waits for the answer. */
  async begin(definition: string, partition = 0, input: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const workflowId = this.workflowId(partition);
    await this.gateway.answers.ask(this.startCommand(definition, workflowId, input));
    return workflowId;
  }

  /** Claims the latest attempt of a task and completes it. */
  async complete(
    workflowId: string,
    reference: string,
    output: Readonly<Record<string, unknown>> = {},
  ): Promise<Answer> {
    const taskId = this.taskId(workflowId, reference);
    await this.ask('ClaimTask', workflowId, { taskId, workerId: 'w' });
    return this.ask('CompleteTask', workflowId, { taskId, output });
  }

  eventsOf(workflowId: string): readonly Event[] {
    return this.events.map(({ event }) => event).filter((event) => event.workflowId === workflowId && event.seq > 0);
  }

  typesOf(workflowId: string): readonly string[] {
    return this.eventsOf(workflowId).map(({ type }) => type);
  }

  stateOf(workflowId: string): WorkflowState {
    const state = foldAll(structuredClone(this.eventsOf(workflowId)));
    if (state === undefined) throw new Error(`no workflow ${workflowId}`);
    return state;
  }

  taskId(workflowId: string, reference: string): string {
    const task = this.stateOf(workflowId).tasks[reference];
    if (task === undefined) throw new Error(`no task ${reference} yet`);
    return task.taskId;
  }

  until(holds: () => boolean): Promise<void> {
    return this.condition.until(holds);
  }

  /** Waits for the event of a type (the `count`th of it) in a workflow. */
  async event<T extends EventType>(workflowId: string, type: T, count = 1): Promise<EventNamed<T>> {
    const found = (): Event | undefined => this.eventsOf(workflowId).filter((event) => event.type === type)[count - 1];
    await this.until(() => found() !== undefined);
    return found() as EventNamed<T>;
  }

  async verify(workflowId: string): Promise<VerifyReport> {
    const { journal, readStore, registry } = this;
    const report = await verifyWorkflow({ journal, readStore, registry, hash: sha256 }, workflowId);
    if (report === undefined) throw new Error(`no events of ${workflowId}`);
    return report;
  }
}

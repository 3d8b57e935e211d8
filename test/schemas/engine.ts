/** A whole engine in memory with a hand-moved clock: lanes, timers, reactions and definitions as in production, workers played by the test. */
import {
  type Command,
  type CommandData,
  type CommandType,
  encodeCommand,
  type Event,
  type EventNamed,
  type EventType,
  type Grant,
} from '@dacapo/contracts';
import { parseTaskDef, parseWorkflowDef, type ParseResult } from '@dacapo/definitions';
import type { Flow } from '@dacapo/engine';
import { MemoryDefinitionLog, MemoryJournal, MemoryOutputCache, VirtualClock } from '@dacapo/journal-memory';
import { type SnapshotStore } from '@dacapo/ports';
import { anId, Condition, sha256 } from '@dacapo/ports-testing';
import { CommandFactory, DefinitionRegistry, EngineRuntime } from '@dacapo/runtime';

/** Snapshots are a cache: without one everything is folded from the log. */
const noSnapshots: SnapshotStore = {
  checkpoint: async () => undefined,
  load: async () => new Map(),
  save: async () => undefined,
  due: async () => [],
  close: async () => undefined,
};

/** Loses a definition on demand: that breaks an invariant of the next decision. */
class ForgetfulRegistry extends DefinitionRegistry {
  readonly forgotten = new Set<string>();

  override flow(digest: string): Flow | undefined {
    return this.forgotten.has(digest) ? undefined : super.flow(digest);
  }
}

type StartOptions = Partial<Omit<CommandData<'StartWorkflow'>, 'definition' | 'name' | 'version'>>;

const partitionCount = 2;

export class Engine {
  readonly clock = new VirtualClock();
  readonly registry = new ForgetfulRegistry(new MemoryDefinitionLog(), sha256, this.clock);
  private readonly journal = new MemoryJournal({ partitionCount, clock: this.clock });
  private readonly commands = new CommandFactory('schemas');
  private readonly grants: Grant[] = [];
  private readonly events: Event[] = [];
  private readonly arrived = new Condition();
  private readonly failures: unknown[] = [];
  private readonly runtime = new EngineRuntime({
    journal: this.journal,
    snapshots: noSnapshots,
    outputCache: new MemoryOutputCache(),
    registry: this.registry,
    clock: this.clock,
    hash: sha256,
    log: { info: () => undefined, warn: () => undefined, error: (fields) => void this.failures.push(fields) },
    partitions: [0, 1],
    owner: 'schemas',
    grant: (taskType) => this.takeGrant(taskType),
  });

  async start(): Promise<void> {
    await this.registry.start();
    await this.journal.follow(
      new Map([
        [0, 0],
        [1, 0],
      ]),
      ({ events }) => {
        this.events.push(...events.map(({ event }) => event));
        this.arrived.changed();
      },
      (error) => void this.failures.push(error),
    );
    await this.runtime.start();
  }

  async stop(): Promise<void> {
    await this.runtime.stop();
    await this.journal.close();
  }

  /** What a lane logged as an error. */
  get errors(): readonly unknown[] {
    return this.failures;
  }

  async define(workflowDef: object, taskDefs: readonly object[] = []): Promise<void> {
    await this.registry.putTaskDefs(taskDefs.map((taskDef) => parsed(parseTaskDef(taskDef))));
    await this.registry.putWorkflowDefs([parsed(parseWorkflowDef(workflowDef))]);
  }

  async begin(name: string, options: StartOptions = {}): Promise<string> {
    const snapshot = await this.registry.snapshotOf(name);
    if (snapshot === undefined) throw new Error(`no definition ${name}`);
    const { digest: definition, version } = snapshot;
    const workflowId = anId();
    await this.tell('StartWorkflow', workflowId, { definition, name, version, input: {}, ...options });
    return workflowId;
  }

  /** Sends a command and returns the first event of its decision. */
  async tell<T extends CommandType>(type: T, workflowId: string, data: CommandData<T>): Promise<Event> {
    const command = this.commands.make(type, workflowId, data);
    await this.journal.send([command]);
    return this.found(({ commandId }) => commandId === command.id);
  }

  /** A poll of a worker is parked for the type. */
  park(taskType: string): void {
    this.grants.push({ taskType, workerId: 'parked', pollId: this.commands.nextId() });
  }

  advance(milliseconds: number): void {
    this.clock.advance(milliseconds);
  }

  /** The workflow's last event of the type; waits for one. */
  async last<T extends EventType>(type: T, workflowId: string): Promise<EventNamed<T>> {
    return (await this.found(
      (event) => event.type === type && event.workflowId === workflowId,
    )) as unknown as EventNamed<T>;
  }

  /** Waits until the workflow has so many events of the type. */
  async told(type: EventType, workflowId: string, count: number): Promise<void> {
    const isMeant = (event: Event): boolean => event.type === type && event.workflowId === workflowId;
    await this.arrived.until(() => this.events.filter(isMeant).length >= count);
  }

  /** The id of the newest attempt of a reference; waits for one. */
  async task(workflowId: string, reference: string): Promise<string> {
    const event = await this.found(
      ({ workflowId: owner, data }) =>
        owner === workflowId && 'referenceTaskName' in data && data.referenceTaskName === reference,
    );
    return (event.data as { readonly taskId: string }).taskId;
  }

  /** Every command and every event as the log holds them. */
  records(): { readonly commands: readonly Command[]; readonly events: readonly Event[] } {
    const rows = [0, 1].flatMap((partition) => this.journal.log.rows(partition));
    return {
      commands: rows.flatMap(({ command }) =>
        command === undefined ? [] : [JSON.parse(encodeCommand(command)) as Command],
      ),
      events: rows.flatMap(({ events }) => events.map(({ text }) => JSON.parse(text) as Event)),
    };
  }

  private async found(matches: (event: Event) => boolean): Promise<Event> {
    let found: Event | undefined;
    await this.arrived.until(() => {
      found = this.events.findLast(matches);
      return found !== undefined;
    });
    return found as Event;
  }

  private takeGrant(taskType: string): Grant | undefined {
    const place = this.grants.findIndex((grant) => grant.taskType === taskType);
    return place < 0 ? undefined : this.grants.splice(place, 1)[0];
  }
}

function parsed<T>(result: ParseResult<T>): T {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.violations));
}

/** An embedded server without its edge, on a memory journal and a clock moved by hand: a test starts workflows and waits for events. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Event, EventNamed, EventType } from '@dacapo/contracts';
import { parseTaskDef, parseWorkflowDef } from '@dacapo/definitions';
import { MemoryDefinitionLog, MemoryDefinitions, MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import type { Journal } from '@dacapo/ports';
import { aWorkflowId, Condition, sha256 } from '@dacapo/ports-testing';
import { DefinitionRegistry, EngineRuntime, GatewayRuntime, type Log } from '@dacapo/runtime';
import { SqliteStore } from '@dacapo/store-sqlite';

type Fields = Readonly<Record<string, unknown>>;

export class SmallHouse {
  readonly events: Event[] = [];
  readonly condition = new Condition();
  readonly said: string[] = [];

  private constructor(
    readonly clock: VirtualClock,
    readonly gateway: GatewayRuntime,
    private readonly engine: EngineRuntime,
    private readonly registry: DefinitionRegistry,
    private readonly journal: Journal,
    private readonly store: SqliteStore,
    private readonly directory: string,
  ) {}

  /** `tamper` may put something between the house and its journal. */
  static async open(tamper: (journal: Journal) => Journal = (journal) => journal): Promise<SmallHouse> {
    const clock = new VirtualClock();
    const directory = await mkdtemp(join(tmpdir(), 'dacapo-system-tasks-'));
    const store = await SqliteStore.open({ directory });
    const journal = tamper(new MemoryJournal({ partitionCount: 1, clock }));
    const registry = new DefinitionRegistry(new MemoryDefinitionLog(new MemoryDefinitions()), sha256, clock);
    await registry.start();
    const said: string[] = [];
    const events: Event[] = [];
    const note = (_fields: object, message: string): void => void said.push(message);
    const log: Log = { info: note, warn: note, error: note };
    const shared = { journal, registry, clock, log, partitions: [0] };
    let house: SmallHouse | undefined;
    const gateway = new GatewayRuntime({
      ...shared,
      readStore: store.readStore,
      idPrefix: 'g',
      listeners: [{ onEvent: ({ event }) => void events.push(event), onBatchEnd: () => house?.condition.changed() }],
    });
    const engine = new EngineRuntime({
      ...shared,
      snapshots: store.snapshotStore,
      hash: sha256,
      owner: 'test',
      grant: (type, domain) => gateway.ready.grant(type, domain),
    });
    house = new SmallHouse(clock, gateway, engine, registry, journal, store, directory);
    Object.assign(house, { events, said });
    await gateway.start();
    await engine.start();
    return house;
  }

  get log(): Log {
    const note = (_fields: object, message: string): void => {
      this.said.push(message);
      this.condition.changed();
    };
    return { info: note, warn: note, error: note };
  }

  /** Registers a workflow `wf` of one task of the type and starts it; its id comes back. */
  async begin(type: string, inputParameters: Fields = {}, taskDef: Fields = {}): Promise<string> {
    const name = `${type.toLowerCase()}_task`;
    const definition = valueOf(parseTaskDef({ name, retryCount: 0, ...taskDef }));
    await this.registry.putTaskDefs([definition]);
    const tasks = [{ name, taskReferenceName: 'it', type, inputParameters }];
    const digest = await this.registry.digestOf(valueOf(parseWorkflowDef({ name: 'wf', version: 1, tasks })));
    const workflowId = aWorkflowId(0, 1);
    const data = { definition: digest, name: 'wf', version: 1, input: {} };
    await this.gateway.answers.ask(this.gateway.commands.make('StartWorkflow', workflowId, data));
    return workflowId;
  }

  async event<T extends EventType>(workflowId: string, type: T, count = 1): Promise<EventNamed<T>> {
    const found = (): Event | undefined =>
      this.events.filter((event) => event.workflowId === workflowId && event.type === type)[count - 1];
    await this.condition.until(() => found() !== undefined);
    return found() as EventNamed<T>;
  }

  typesOf(workflowId: string): readonly string[] {
    return this.events.filter((event) => event.workflowId === workflowId).map(({ type }) => type);
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.engine.stop();
    await this.journal.close();
    await this.store.close();
    await rm(this.directory, { recursive: true });
  }
}

function valueOf<T>(
  parsed: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly violations: unknown },
): T {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

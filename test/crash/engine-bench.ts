/** An engine without a server around it: journal in memory, snapshots in their real file, a clock moved by hand. For faults that need a precise moment. */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Command, type Event } from '@dacapo/contracts';
import { parseWorkflowDef } from '@dacapo/definitions';
import { MemoryDefinitionLog, MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import { DefinitionRegistry, EngineRuntime } from '@dacapo/runtime';
import { SqliteStore } from '@dacapo/store-sqlite';

const sha256 = (text: string): string => hash('sha256', text, 'base64url');
const silent = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const partitions = [0, 1];
const checkpointMs = 2_000;

export class EngineBench {
  private constructor(
    private readonly directory: string,
    private readonly clock: VirtualClock,
    readonly journal: MemoryJournal,
    private readonly store: SqliteStore,
    private readonly registry: DefinitionRegistry,
    private readonly engine: EngineRuntime,
  ) {}

  static async start(): Promise<EngineBench> {
    const directory = mkdtempSync(join(tmpdir(), 'dacapo-engine-'));
    const clock = new VirtualClock();
    const journal = new MemoryJournal({ partitionCount: partitions.length, clock });
    const store = await SqliteStore.open({ directory });
    const registry = new DefinitionRegistry(new MemoryDefinitionLog(), sha256, clock);
    await registry.start();
    const engine = new EngineRuntime({
      journal,
      snapshots: store.snapshotStore,
      registry,
      clock,
      hash: sha256,
      log: silent,
      partitions,
      owner: 'bench',
    });
    await engine.start();
    return new EngineBench(directory, clock, journal, store, registry, engine);
  }

  async digestOf(definition: object): Promise<string> {
    const parsed = parseWorkflowDef(definition);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    return this.registry.digestOf(parsed.value);
  }

  /** Sends the command and waits for the events of its decision. */
  async decide(command: Command): Promise<readonly Event[]> {
    await this.journal.send([command]);
    for (;;) {
      const events = await this.eventsOf(command.workflowId);
      const first = events.findIndex(({ commandId }) => commandId === command.id);
      if (first >= 0) return events.slice(first).filter(({ causation }) => causation === events[first]?.causation);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async eventsOf(workflowId: string): Promise<readonly Event[]> {
    const history = await this.journal.history(workflowId);
    return history.flatMap(({ events }) => events.map(({ event }) => event));
  }

  /** Time for a checkpoint: the next command of a lane brings it about. Resolves when the workflow has a snapshot. */
  async snapshot(workflowId: string, nudge: () => Command): Promise<void> {
    this.clock.advance(checkpointMs);
    await this.decide(nudge());
    while ((await this.store.snapshotStore.load([workflowId])).size === 0)
      await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    await this.engine.stop();
    await this.journal.close();
    await this.store.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

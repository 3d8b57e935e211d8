import { type Command, partitionOf, type TaskDocument } from '@dacapo/contracts';
import { isEnded, type WorkflowState } from '@dacapo/engine';
import { sha256 } from '@dacapo/ports-testing';
import fc from 'fast-check';

import { aTaskDef, aWorkflowDef, fork, join, simple, subWorkflow, wait } from './testing/definitions.js';
import type { Fault } from './testing/faulty-journal.js';
import { foldOf } from './testing/fold-of.js';
import { House } from './testing/house.js';
import { overriding, snapshotsApart, TemporaryStore } from './testing/temporary-store.js';
import { verifyWorkflow } from './verify/verify-workflow.js';

const seed = 20_260;
const numRuns = 150;

/** What goes wrong, in the order in which it is asked for: appends, sends and saves each take the next one. */
interface Trouble {
  readonly appends: readonly Fault[];
  readonly sends: readonly Fault[];
  readonly saves: readonly Fault[];
  /** The process dies after so many rounds; its memory, and all commands that waited in it, are gone. */
  readonly deaths: readonly number[];
}

/** Failed once; kept for ever. */
const found: readonly Trouble[] = [
  // A checkpoint held back in front of its own claim named the claim's epoch: the events before the claim were not believed.
  {
    appends: ['fine', 'fine', 'fine', 'fine', 'fine', 'refused', 'refused'],
    sends: ['fine', 'fine', 'fine', 'refused', 'fine', 'fine', 'fine', 'refused'],
    saves: [],
    deaths: [5],
  },
];

const none: Trouble = { appends: [], sends: [], saves: [], deaths: [] };
const faults = (maxLength: number): fc.Arbitrary<readonly Fault[]> =>
  fc.array(fc.constantFrom<Fault>('fine', 'fine', 'refused', 'unknown'), { maxLength });
const troubles: fc.Arbitrary<Trouble> = fc.record({
  appends: faults(40),
  sends: faults(20),
  saves: faults(8),
  deaths: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
});

const child = aWorkflowDef('child', [simple('c')], { outputParameters: { answer: '${c.output.answer}' } });
const parent = aWorkflowDef('parent', [
  simple('first'),
  fork('f', [subWorkflow('sub', 'child')], [simple('flaky'), wait('w', '3 seconds')]),
  join('j', ['sub', 'w']),
  simple('last'),
]);
const taskDefs = [
  ...['c', 'first', 'last'].map((name) => aTaskDef(name)),
  aTaskDef('flaky', { retryCount: 2, retryDelaySeconds: 1, retryLogic: 'FIXED' }),
];

/** Always the same, and so are the ids derived from them: of the children some live in the other partition. */
const rootIds = [1, 2, 3].map((n) => `018bcfe5-6800-7000-8000-00000000000${n}`);

describe(`lanes under any crashes (seed ${seed}, ${numRuns} runs)`, () => {
  let store: TemporaryStore;
  let houses = 0;

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  it('come to the same states as without: nothing is lost, nothing happens twice (I2, I4, I5, I13, I14, I16, I23)', async () => {
    const expected = await run(none);
    expect(expected.flatMap(({ statuses }) => statuses)).toContain('flaky FAILED 0');
    expect(new Set(expected.map(({ name, partition }) => `${name} ${partition}`)).size).toBe(4);
    const property = fc.asyncProperty(troubles, async (trouble) => {
      expect(await run(trouble)).toEqual(expected);
    });
    await fc.assert(property, { seed, numRuns, examples: found.map((trouble) => [trouble]) });
  }, 60_000);

  /** Three parents and their children, on two partitions, worked to their ends. */
  async function run(trouble: Trouble): Promise<readonly Outcome[]> {
    houses += 1;
    const town = await Town.open(store, houses, trouble);
    try {
      return await town.work();
    } finally {
      await town.close();
    }
  }
});

interface Outcome {
  readonly name: string;
  readonly partition: number;
  readonly status: string;
  readonly output: unknown;
  /** Every attempt that ended, with how and at which try. */
  readonly statuses: readonly string[];
}

class Town {
  /** Calls of the store that have not come back: the clock stands meanwhile. */
  private busy = 0;
  private readonly deaths: number[];

  private constructor(
    private readonly house: House,
    trouble: Trouble,
  ) {
    this.deaths = [...trouble.deaths];
  }

  static async open(store: TemporaryStore, number: number, trouble: Trouble): Promise<Town> {
    const apart = snapshotsApart(store.snapshots, number * 10);
    const saves = [...trouble.saves];
    let town: Town | undefined;
    const counted = async <T>(call: () => Promise<T>): Promise<T> => {
      if (town !== undefined) town.busy += 1;
      try {
        return await call();
      } finally {
        if (town !== undefined) town.busy -= 1;
      }
    };
    const snapshots = overriding(apart, {
      checkpoint: (partition) => counted(() => apart.checkpoint(partition)),
      load: (ids) => counted(() => apart.load(ids)),
      due: (partition, before, limit) => counted(() => apart.due(partition, before, limit)),
      save: (...all) =>
        counted(async () => {
          const fault = saves.shift();
          if (fault === 'refused') throw new Error('a fault of the test');
          await apart.save(...all);
          if (fault === 'unknown') throw new Error('a fault of the test');
        }),
    });
    const house = await House.open({ partitionCount: 2, store: { readStore: store.readStore, snapshots } });
    town = new Town(house, trouble);
    await house.define([child, parent], taskDefs);
    house.journal.appendFaults.push(...trouble.appends);
    house.journal.sendFaults.push(...trouble.sends);
    return town;
  }

  /** Round by round: whoever could do something sends it (again), until all is over. */
  async work(): Promise<readonly Outcome[]> {
    const { house } = this;
    const roots = rootIds;
    const digest = (await house.registry.snapshotOf('parent'))?.digest ?? '';
    void house.engine.start();
    for (let round = 0; round < 400; round++) {
      await this.settle();
      if (round === this.deaths[0]) await this.die();
      const states = await this.states(roots);
      if (states.length === 2 * roots.length && states.every(({ status }) => isEnded(status)))
        return this.outcomes(states);
      const commands = [
        ...roots
          .filter((id) => !states.some(({ workflowId }) => workflowId === id))
          .map((id) => repeatable(`start:${id}`, house.startCommand(digest, id, { n: 1 }))),
        ...states.flatMap((state) => this.workers(state)),
      ];
      // Twice each: whoever does not hear an answer asks again.
      await house.journal.send([...commands, ...commands]).catch(() => undefined);
      await this.settle();
      if (this.busy === 0 && commands.length === 0) house.clock.moveTo(house.clock.next ?? house.clock.now());
      else house.clock.advance(50);
    }
    throw new Error('not everything has ended (I19)');
  }

  async close(): Promise<void> {
    this.house.journal.appendFaults.length = 0;
    const closed = this.house.close();
    await closed;
  }

  private async die(): Promise<void> {
    const { house } = this;
    this.deaths.shift();
    const { appendFaults, sendFaults } = house.journal;
    const stranger = house.engine;
    await house.die();
    house.journal.appendFaults.push(...appendFaults);
    house.journal.sendFaults.push(...sendFaults);
    void house.engine.start();
    // What is left of the dead process has a closed journal in its hands and can do nothing.
    void stranger.stop();
  }

  private async settle(): Promise<void> {
    for (let turn = 0; turn < 8 || this.busy > 0; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  private async states(roots: readonly string[]): Promise<readonly WorkflowState[]> {
    const found: WorkflowState[] = [];
    for (const id of roots) {
      const state = await foldOf(this.house.journal.inner, id);
      if (state === undefined) continue;
      found.push(state);
      const childId = state.tasks['sub']?.subWorkflowId;
      const of = childId === undefined ? undefined : await foldOf(this.house.journal.inner, childId);
      if (of !== undefined) found.push(of);
    }
    return found;
  }

  /** What workers do about the open tasks of a workflow; each thing has one id, however often it is sent. */
  private workers({ workflowId, tasks, open, status }: WorkflowState): readonly Command[] {
    if (isEnded(status)) return [];
    return Object.keys(open).flatMap((reference) => {
      const task = tasks[reference];
      if (task?.queue === undefined) return [];
      const { taskId } = task;
      if (task.ready)
        return [repeatable(`claim:${taskId}`, this.house.command('ClaimTask', workflowId, { taskId, workerId: 'w' }))];
      if (task.status !== 'IN_PROGRESS') return [];
      const end =
        reference === 'flaky' && task.retryCount === 0
          ? this.house.command('FailTask', workflowId, { taskId, reasonForIncompletion: 'as planned' })
          : this.house.command('CompleteTask', workflowId, { taskId, output: { answer: reference } });
      return [repeatable(`end:${taskId}`, end)];
    });
  }

  private async outcomes(states: readonly WorkflowState[]): Promise<readonly Outcome[]> {
    const { journal, registry, readStore } = this.house;
    const outcomes: Outcome[] = [];
    for (const { workflowId, name, status, output } of states) {
      const report = await verifyWorkflow({ journal: journal.inner, readStore, registry, hash: sha256 }, workflowId);
      expect(report?.violations).toEqual([]);
      const events = (await journal.inner.history(workflowId)).flatMap((entry) =>
        entry.events.map(({ event }) => event),
      );
      const commandIds = events.flatMap(({ commandId, repeatable: may }) =>
        may === true && commandId !== undefined ? [commandId] : [],
      );
      // I14: whatever was sent with an id has had its effect once.
      expect(new Set(commandIds).size).toBe(commandIds.length);
      const reference = new Map<string, string>();
      const statuses: string[] = [];
      for (const { type, data } of events) {
        if (type === 'TaskScheduled' || type === 'RetryScheduled') reference.set(data.taskId, data.referenceTaskName);
        if (type === 'TaskCompleted' || type === 'TaskFailed')
          statuses.push(
            `${reference.get(data.taskId)} ${data.status} ${statuses.filter((each) => each.startsWith(`${reference.get(data.taskId)} `)).length}`,
          );
        if (type === 'CommandRejected') expect(data.code).toBe('TIMER_NOT_DUE');
      }
      const { subWorkflowId: _, ...shown } = output as Partial<TaskDocument>;
      outcomes.push({
        name,
        partition: partitionOf(workflowId, 2),
        status,
        output: shown,
        statuses: statuses.toSorted(),
      });
    }
    return outcomes;
  }
}

function repeatable(id: string, command: Command): Command {
  return { ...command, id, repeatable: true } as Command;
}

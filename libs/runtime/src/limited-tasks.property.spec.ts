import type { Command } from '@dacapo/contracts';
import { isEnded, type WorkflowState } from '@dacapo/engine';
import { sha256 } from '@dacapo/ports-testing';
import fc from 'fast-check';

import { aTaskDef, aWorkflowDef, fork, join, simple } from './testing/definitions.js';
import type { Fault } from './testing/faulty-journal.js';
import { foldOf } from './testing/fold-of.js';
import { House } from './testing/house.js';
import { auditLimits } from './testing/limit-audit.js';
import { overriding, snapshotsApart, TemporaryStore } from './testing/temporary-store.js';
import { verifyWorkflow } from './verify/verify-workflow.js';

const seed = 20_262;
const numRuns = 60;
const ids = [1, 2, 3, 4, 5].map((n) => `018bcfe5-6800-7000-8000-00000000010${n}`);
const faults = (maxLength: number): fc.Arbitrary<readonly Fault[]> =>
  fc.array(fc.constantFrom<Fault>('fine', 'fine', 'refused', 'unknown'), { maxLength });
const troubles = fc.record({
  appends: faults(40),
  sends: faults(30),
  saves: faults(8),
  deaths: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 4 }),
  /** Workflows that are terminated, and when. */
  terminations: fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 30 })), { maxLength: 2 }),
  /** Whether the nth attempt fails. */
  failures: fc.array(fc.boolean(), { maxLength: 12 }),
});
type Trouble = typeof troubles extends fc.Arbitrary<infer T> ? T : never;

const definition = aWorkflowDef('wf', [
  fork('f', [simple('one')], [simple('rated')], [simple('free')]),
  join('j', ['one', 'rated', 'free']),
  simple('both'),
]);
const retries = { retryCount: 20, retryDelaySeconds: 0, retryLogic: 'FIXED' };
const taskDefs = [
  aTaskDef('one', { ...retries, concurrentExecLimit: 1 }),
  aTaskDef('rated', { ...retries, rateLimitPerFrequency: 2, rateLimitFrequencyInSeconds: 1 }),
  aTaskDef('both', { ...retries, concurrentExecLimit: 2, rateLimitPerFrequency: 3, rateLimitFrequencyInSeconds: 2 }),
  aTaskDef('free', retries),
];

describe(`limits under any crashes (seed ${seed}, ${numRuns} runs)`, () => {
  let store: TemporaryStore;
  let runs = 0;

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  it('A22 I18 I20: never a permit too many, none is lost, everybody comes to his turn', async () => {
    const property = fc.asyncProperty(troubles, (trouble) => run(trouble));
    await fc.assert(property, { seed, numRuns });
  }, 60_000);

  async function run(trouble: Trouble): Promise<void> {
    runs += 1;
    const apart = snapshotsApart(store.snapshots, runs * 10);
    const saves = [...trouble.saves];
    let busy = 0;
    const counted = async <T>(call: () => Promise<T>): Promise<T> => {
      busy += 1;
      return call().finally(() => (busy -= 1));
    };
    const snapshots = overriding(apart, {
      checkpoint: (partition) => counted(() => apart.checkpoint(partition)),
      load: (of) => counted(() => apart.load(of)),
      due: (partition, before, limit) => counted(() => apart.due(partition, before, limit)),
      save: (...all) =>
        counted(async () => {
          const fault = saves.shift();
          if (fault === 'refused') throw new Error('a fault of the test');
          await apart.save(...all);
          if (fault === 'unknown') throw new Error('a fault of the test');
        }),
    });
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 8 || busy > 0; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    const house = await House.open({ partitionCount: 3, store: { readStore: store.readStore, snapshots } });
    try {
      await new Work(house, trouble, settle).toTheEnd();
    } finally {
      house.journal.appendFaults.length = 0;
      await house.close();
    }
  }
});

/** Workers who take whatever is ready, and send everything twice. */
class Work {
  private readonly deaths: number[];

  constructor(
    private readonly house: House,
    private readonly trouble: Trouble,
    private readonly settle: () => Promise<void>,
  ) {
    this.deaths = trouble.deaths.toSorted((a, b) => a - b);
  }

  async toTheEnd(): Promise<void> {
    const { house } = this;
    const digest = await house.define([definition], taskDefs);
    house.journal.appendFaults.push(...this.trouble.appends);
    house.journal.sendFaults.push(...this.trouble.sends);
    void house.engine.start();
    let quiet = 0;
    for (let round = 0; round < 1500 && quiet < 30; round++) {
      await this.settle();
      if (round >= (this.deaths[0] ?? Number.POSITIVE_INFINITY)) await this.die();
      const commands = await this.commands(digest, round);
      await house.journal.send([...commands, ...commands]).catch(() => undefined);
      await this.settle();
      // Not before everything is over, and what follows from it too.
      quiet = commands.length === 0 ? quiet + 1 : 0;
      house.clock.advance(100);
    }
    await this.check();
  }

  private async commands(digest: string, round: number): Promise<readonly Command[]> {
    const states = await Promise.all(ids.map((id) => foldOf(this.house.journal.inner, id)));
    const starts = ids
      .filter((_, n) => states[n] === undefined)
      .map((id) => repeatable(`start:${id}`, this.house.startCommand(digest, id)));
    const ends = this.trouble.terminations
      .filter(([n, at]) => round >= at && states[n] !== undefined && !isEnded(states[n].status))
      .map(([n]) => repeatable(`end:${n}`, this.house.command('TerminateWorkflow', ids[n] ?? '', {})));
    return [...starts, ...ends, ...states.flatMap((state) => (state === undefined ? [] : this.workers(state)))];
  }

  private workers({ workflowId, tasks, open, status, seq }: WorkflowState): readonly Command[] {
    if (isEnded(status)) return [];
    return Object.keys(open).flatMap((reference) => {
      const task = tasks[reference];
      if (task?.queue === undefined) return [];
      const { taskId } = task;
      if (task.ready) {
        const claim = this.house.command('ClaimTask', workflowId, { taskId, workerId: 'w' });
        return [repeatable(`claim:${taskId}:${seq}`, claim)];
      }
      if (task.status !== 'IN_PROGRESS') return [];
      const fails = this.trouble.failures[Number.parseInt(taskId.slice(-2), 16) % 12] === true && task.retryCount < 3;
      const end = this.house.command(fails ? 'FailTask' : 'CompleteTask', workflowId, { taskId });
      return [repeatable(`end:${taskId}`, end)];
    });
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
    void stranger.stop();
  }

  private async check(): Promise<void> {
    const { journal, readStore, registry } = this.house;
    const all = this.house.events.map(({ event }) => event);
    const reports = auditLimits(all);
    expect(reports.size).toBeGreaterThanOrEqual(2);
    for (const report of reports.values()) expect(report.left).toEqual([]);
    for (const id of [...ids, ...reports.keys()]) {
      const proof = await verifyWorkflow({ journal: journal.inner, readStore, registry, hash: sha256 }, id);
      expect(proof?.violations).toEqual([]);
    }
    const terminated = new Set(this.trouble.terminations.map(([n]) => n));
    for (const [n, id] of ids.entries()) {
      const status = (await foldOf(journal.inner, id))?.status;
      if (!terminated.has(n)) expect(status).toBe('COMPLETED');
    }
  }
}

function repeatable(id: string, command: Command): Command {
  return { ...command, id, repeatable: true } as Command;
}

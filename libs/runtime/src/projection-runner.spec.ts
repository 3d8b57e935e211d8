import { DaCapoError } from '@dacapo/contracts';
import { type ProjectionWrite, type ReadStore } from '@dacapo/ports';
import { sha256 } from '@dacapo/ports-testing';

import { limits } from './limits.js';
import { readerLoop } from './loops.js';
import { projectionReader, ProjectionRunner } from './projection-runner.js';
import { Supervisor } from './supervisor.js';
import { aWorkflowDef, simple } from './testing/definitions.js';
import { House } from './testing/house.js';
import { overriding } from './testing/temporary-store.js';
import { verifyWorkflow } from './verify/verify-workflow.js';

describe('ProjectionRunner', () => {
  let house: House;
  let runner: ProjectionRunner;
  let writes: ProjectionWrite[];
  let faults: Error[];
  let projected: [partition: number, nextOffset: number][];
  let failures: unknown[];
  let isBroken: boolean;
  let store: ReadStore;
  let gate: Promise<void> | undefined;
  let digest: string;

  beforeEach(async () => {
    house = await House.open();
    await house.start();
    digest = await house.define([aWorkflowDef('wf', [simple('a'), simple('b')])]);
    [writes, faults, projected, failures] = [[], [], [], []];
    gate = undefined;
    isBroken = false;
    store = overriding(house.readStore, {
      write: async (batch) => {
        await gate;
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        if (isBroken) throw new Error('a defect');
        await house.readStore.write(batch);
        writes.push(batch);
      },
    });
    runner = aRunner();
  });

  afterEach(async () => {
    const stopped = runner.stop();
    // A runner that pauses wakes up at the end of its pause.
    house.clock.advance(limits.retryMs);
    await stopped;
    await house.close();
  });

  const aRunner = (gatherMs = 0): ProjectionRunner =>
    new ProjectionRunner({
      journal: house.journal,
      store,
      partitions: house.partitions,
      clock: house.clock,
      log: house.log,
      gatherMs,
      onProjected: (partition, nextOffset) => projected.push([partition, nextOffset]),
    });
  const start = (): Promise<void> => runner.start((error) => failures.push(error));
  /** The read model has everything that the log has now. */
  const caughtUp = async (): Promise<void> => {
    for (const partition of house.partitions) {
      const end = await house.journal.end(partition);
      await until(() => projected.some(([of, nextOffset]) => of === partition && nextOffset >= end));
      expect((await house.readStore.checkpoint(projectionReader, partition))?.offset).toBe(end);
    }
  };
  /** I21, and that the documents have come to the last event. */
  const expectWhole = async (id: string): Promise<void> => {
    expect(await house.verify(id)).toMatchObject({ valid: true, violations: [] });
    expect((await house.readStore.workflow(id))?.seq).toBe(house.eventsOf(id).length);
  };
  /** Nothing can be written: neither a batch, nor one of its workflows alone, nor the position. */
  const breakStore = (): void => void (isBroken = true);
  const away = (): DaCapoError => new DaCapoError('STORE_UNAVAILABLE', 'away');
  const ended = async (): Promise<string> => {
    const id = await house.begin(digest);
    await house.complete(id, 'a', { n: 1 });
    await house.complete(id, 'b');
    return id;
  };

  it('writes what the events say (I21)', async () => {
    const [over, open] = [await ended(), await house.begin(digest, 1)];
    await start();
    await caughtUp();
    for (const id of [over, open]) await expectWhole(id);
    expect(await house.readStore.workflow(over)).toMatchObject({ status: 'COMPLETED' });
    expect(await house.readStore.tasksOf(over)).toMatchObject([{ status: 'COMPLETED' }, { status: 'COMPLETED' }]);
    expect((await house.readStore.readyTasks([1])).map(({ workflowId }) => workflowId)).toEqual([open]);
  });

  it('writes a document once per batch, as it is after the last event, with the position', async () => {
    const id = await ended();
    await start();
    await caughtUp();
    const of = writes.filter(({ workflows }) => workflows.some(({ workflowId }) => workflowId === id));
    expect(of).toHaveLength(1);
    expect(of[0]).toMatchObject({
      workflows: [{ workflowId: id, seq: 8 }],
      tasks: [{ status: 'COMPLETED' }, { status: 'COMPLETED' }],
      checkpoint: { reader: projectionReader, partition: 0, offset: await house.journal.end(0), epoch: 1 },
    });
    expect(projected).toContainEqual([0, await house.journal.end(0)]);
  });

  it('keeps of a removed task that it is gone, also when the removal comes in a later batch, and verify agrees', async () => {
    const loop = {
      name: 'l',
      taskReferenceName: 'l',
      type: 'DO_WHILE',
      loopCondition: '$.l.iteration < 4',
      loopOver: [simple('a')],
      inputParameters: { keepLastN: 2 },
    };
    const id = await house.begin(await house.define([aWorkflowDef('looped', [loop])]));
    await start();
    for (const turn of [1, 2, 3, 4]) {
      await house.complete(id, `a__${turn}`, { turn });
      await caughtUp();
    }
    const tasks = await house.readStore.tasksOf(id);
    expect(tasks.map(({ referenceTaskName, isRemoved }) => [referenceTaskName, isRemoved])).toEqual([
      ['l', undefined],
      ['a__1', true],
      ['a__2', true],
      ['a__3', undefined],
      ['a__4', undefined],
    ]);
    expect(tasks[0]?.output).toEqual({ iteration: 4, 3: { a: { turn: 3 } }, 4: { a: { turn: 4 } } });
    const { journal, readStore, registry } = house;
    expect((await verifyWorkflow({ journal, readStore, registry, hash: sha256 }, id))?.violations).toEqual([]);
  });

  it('gathers between two writes', async () => {
    runner = aRunner(100);
    const before = house.clock.next;
    const id = await house.begin(digest);
    await start();
    await caughtUp();
    await house.ask('PauseWorkflow', id, {});
    await house.ask('ResumeWorkflow', id, {});
    await turn();
    const count = writes.length;
    house.clock.advance(100);
    await caughtUp();
    expect(writes.length - count).toBe(1);
    expect(before).toBeDefined();
    await expectWhole(id);
  });

  it('goes on behind its checkpoint', async () => {
    const id = await house.begin(digest);
    await start();
    await caughtUp();
    await runner.stop();
    const count = writes.length;
    await house.complete(id, 'a');
    runner = aRunner();
    await start();
    await caughtUp();
    await expectWhole(id);
    expect(writes.slice(count).flatMap(({ workflows }) => workflows)).toHaveLength(1);
  });

  it('waits while the store is away, says so once, and loses nothing', async () => {
    const id = await ended();
    faults.push(away(), away(), away());
    await start();
    for (const _ of [1, 2, 3]) {
      await until(() => house.log.count('the read store is away') > 0);
      await turn();
      house.clock.advance(limits.retryMs);
    }
    await caughtUp();
    expect(house.log.count('the read store is away')).toBe(1);
    expect(house.log.count('the read store answers again')).toBe(1);
    expect(failures).toEqual([]);
    await expectWhole(id);
  });

  it('does not slow the lanes while the store is away', async () => {
    faults.push(...Array.from({ length: 50 }, away));
    await start();
    const id = await ended();
    expect(house.stateOf(id).status).toBe('COMPLETED');
    faults.length = 0;
    await turn();
    house.clock.advance(limits.retryMs);
    await caughtUp();
    await expectWhole(id);
  });

  it('fails on a defect, and writes it all again after a new start', async () => {
    const id = await ended();
    breakStore();
    await start();
    await until(() => failures.length > 0);
    isBroken = false;
    expect(String(failures[0])).toContain('a defect');
    await start();
    await caughtUp();
    await expectWhole(id);
  });

  it('parks a workflow whose documents the store refuses, and goes on with the others', async () => {
    const [refused, other] = [await house.begin(digest, 0), await house.begin(digest, 0)];
    const write = store.write.bind(store);
    store.write = async (batch) => {
      if (batch.workflows.some(({ workflowId }) => workflowId === refused)) throw new Error('too large');
      await write(batch);
    };
    await start();
    await caughtUp();
    expect(failures).toEqual([]);
    expect(runner.parked).toBe(1);
    expect(await house.readStore.workflow(refused)).toBeUndefined();
    await expectWhole(other);
    await house.complete(other, 'a');
    await house.complete(refused, 'a');
    await caughtUp();
    await expectWhole(other);
  });

  it('folds anew what it folded but could not write', async () => {
    const id = await house.begin(digest);
    await start();
    await caughtUp();
    breakStore();
    await house.complete(id, 'a');
    await until(() => failures.length > 0);
    isBroken = false;
    await house.complete(id, 'b');
    await start();
    await caughtUp();
    await expectWhole(id);
  });

  it('is kept alive by its supervisor', async () => {
    const id = await ended();
    breakStore();
    const supervisor = new Supervisor('projection', () => readerLoop(runner), house.clock, house.log);
    const started = supervisor.start();
    await house.log.until('a loop failed');
    isBroken = false;
    await Promise.resolve();
    expect(supervisor.isReady).toBe(false);
    house.clock.advance(100);
    await started;
    await until(() => supervisor.isReady);
    await caughtUp();
    await expectWhole(id);
    await supervisor.stop();
  });

  it('lets a write that was under way end before it starts anew: no older document comes behind a newer one', async () => {
    const [slow, broken] = [await house.begin(digest, 0), await house.begin(digest, 1)];
    await start();
    await caughtUp();
    let open: () => void = () => undefined;
    gate = new Promise((resolve) => (open = resolve));
    await house.complete(slow, 'a');
    await turn();
    const slowGate = gate;
    gate = undefined;
    breakStore();
    await house.complete(broken, 'a');
    await until(() => failures.length > 0);
    isBroken = false;
    // The write of the slow partition is still under way when the loop starts anew.
    const again = start();
    await turn();
    await house.complete(slow, 'b');
    await turn();
    open();
    await slowGate;
    await again;
    await caughtUp();
    for (const id of [slow, broken]) await expectWhole(id);
    const offsets = writes
      .filter(({ checkpoint }) => checkpoint.partition === 0)
      .map(({ checkpoint }) => checkpoint.offset);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  });

  it('passes over the events of a stale owner', async () => {
    const id = await house.begin(digest);
    const stranger = house.engine;
    await house.makeEngine().start();
    await house.complete(id, 'a');
    await start();
    await caughtUp();
    await expectWhole(id);
    expect(await house.readStore.checkpoint(projectionReader, 0)).toMatchObject({ epoch: 2 });
    await stranger.stop();
  });

  it('stops while it waits for the store', async () => {
    await ended();
    faults.push(...Array.from({ length: 9 }, away));
    await start();
    await house.log.until('the read store is away');
    const stopped = runner.stop();
    await turn();
    house.clock.advance(limits.retryMs);
    await stopped;
    expect(writes).toEqual([]);
  });

  it('rebuilds the whole read model from the log', async () => {
    const id = await ended();
    await start();
    await caughtUp();
    await runner.stop();
    for (const partition of house.partitions)
      await house.readStore.saveCheckpoint(projectionReader, partition, { offset: 0, epoch: 0 });
    projected.length = 0;
    runner = aRunner();
    await start();
    await caughtUp();
    const { journal, readStore, registry } = house;
    expect(await verifyWorkflow({ journal, readStore, registry, hash: sha256 }, id)).toMatchObject({ valid: true });
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('what the test waits for does not come');
    await turn();
  }
}

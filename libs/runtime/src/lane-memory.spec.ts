import { decide, nextDue, type WorkflowState } from '@dacapo/engine';
import { MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import type { RemovedSnapshot, Snapshot } from '@dacapo/ports';

import { LaneMemory, type Locate } from './lane-memory.js';
import { aWorkflowDef, simple, wait } from './testing/definitions.js';
import { House } from './testing/house.js';
import { snapshotsApart, TemporaryStore } from './testing/temporary-store.js';

describe('LaneMemory', () => {
  let store: TemporaryStore;
  let house: House;
  let memory: LaneMemory;
  let tests = 0;
  let digest: string;

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  beforeEach(async () => {
    const snapshots = snapshotsApart(store.snapshots, ++tests * 10);
    house = await House.open({ partitionCount: 1, store: { readStore: store.readStore, snapshots } });
    await house.start();
    digest = await house.define([aWorkflowDef('wf', [simple('a'), simple('b')])]);
    memory = remember();
  });

  afterEach(() => house.close());

  const remember = (statesMax = 100, endedMax = 2, locate?: Locate): LaneMemory =>
    new LaneMemory(house.journal, house.snapshots, { statesMax, endedMax }, locate);

  const checkpoint = { eventOffset: 0, commandOffset: 0, epoch: 0, time: 0, commandIds: [] };
  const save = (changed: readonly Snapshot[], removed: readonly RemovedSnapshot[] = []): Promise<void> =>
    house.snapshots.save(0, checkpoint, changed, removed);
  const snapshotOf = (state: WorkflowState, changes: Partial<Snapshot> = {}): Snapshot => ({
    workflowId: state.workflowId,
    seq: state.seq,
    state: JSON.stringify(state),
    ...changes,
  });
  /** As the checkpoint does it. */
  const checkpointed = async (of = memory): Promise<readonly string[]> => {
    const { changed, removed } = of.takeChanges(nextDue);
    await save(changed, removed);
    return of.forgetIdle(changed);
  };
  const ended = async (id: string): Promise<WorkflowState> => {
    await house.complete(id, 'a');
    await house.complete(id, 'b');
    return house.stateOf(id);
  };

  it('fetches a state from its snapshot', async () => {
    const id = await house.begin(digest);
    const state = { ...house.stateOf(id), variables: { from: 'snapshot' } };
    await save([snapshotOf(state)]);
    await memory.fetch([id]);
    expect(memory.get(id)).toEqual(state);
  });

  it('folds a state from the log when there is no snapshot', async () => {
    const id = await house.begin(digest);
    await memory.fetch([id, id, 'never existed']);
    expect(memory.get(id)).toEqual(house.stateOf(id));
    expect(memory.get('never existed')).toBeUndefined();
    expect(memory.size).toBe(1);
  });

  it('folds a state from the log when its snapshot is garbage', async () => {
    const id = await house.begin(digest);
    for (const state of ['{"workflowId":', 'null', '7', '{}']) {
      await save([snapshotOf(house.stateOf(id), { state, seq: 99 + tests++ })]);
      const other = remember();
      await other.fetch([id]);
      expect(other.get(id)).toEqual(house.stateOf(id));
    }
  });

  it('looks in the places of the log that it is told', async () => {
    const id = await house.begin(digest);
    await house.complete(id, 'a');
    const asked: unknown[] = [];
    const ranges = [
      { from: 0, to: 1 },
      { from: 1, to: 9 },
    ];
    memory = remember(100, 2, async (workflowId) => {
      asked.push(workflowId);
      return ranges;
    });
    await memory.fetch([id]);
    expect(asked).toEqual([id]);
    // The memory journal has no need of ranges: the second gives repeats, and they change nothing.
    expect(memory.get(id)).toEqual(house.stateOf(id));
  });

  it('does not fetch what it has', async () => {
    const id = await house.begin(digest);
    await memory.fetch([id]);
    const known = memory.get(id);
    await memory.fetch([id]);
    expect(memory.get(id)).toBe(known);
  });

  it('does not trust a snapshot that is older than what happened since', async () => {
    const id = await house.begin(digest);
    memory.set(house.stateOf(id));
    await checkpointed();
    await house.complete(id, 'a');
    memory.set(house.stateOf(id));
    memory.drop(id);
    expect(memory.isOutdated(id)).toBe(true);
    await memory.fetch([id]);
    expect(memory.get(id)).toEqual(house.stateOf(id));
  });

  it('keeps ended workflows for a while, the newest ones', async () => {
    const ids = [];
    for (let n = 0; n < 4; n++) {
      const id = await house.begin(digest);
      const state = await ended(id);
      memory.set(state);
      memory.release(state);
      ids.push(id);
    }
    expect(ids.map((id) => memory.get(id) !== undefined)).toEqual([false, false, true, true]);
  });

  it('does not release what runs, nor what was opened again', async () => {
    const [id, other, third] = [await house.begin(digest), await house.begin(digest), await house.begin(digest)];
    memory = remember(100, 1);
    memory.set(house.stateOf(id));
    memory.release(house.stateOf(id));
    expect(memory.get(id)).toBeDefined();
    memory.release({ ...house.stateOf(id), status: 'FAILED' });
    memory.release({ ...house.stateOf(id), status: 'RUNNING' });
    for (const each of [other, third]) {
      memory.set(house.stateOf(each));
      memory.release({ ...house.stateOf(each), status: 'FAILED' });
    }
    expect([id, other, third].map((each) => memory.get(each) !== undefined)).toEqual([true, false, true]);
  });

  it('hands out what changed since the last time, with the next due time', async () => {
    const waiting = await house.define([aWorkflowDef('wf2', [wait('w', '5 seconds')])]);
    const [id, timed] = [await house.begin(digest), await house.begin(waiting)];
    for (const each of [id, timed]) memory.set(house.stateOf(each));
    const due = house.clock.now() + 5_000;
    // Short histories are folded from the log when they are needed.
    const states = [house.stateOf(id), house.stateOf(timed)] as const;
    expect(memory.takeChanges(nextDue)).toEqual({
      changed: [snapshotOf(states[0], { state: '' }), snapshotOf(states[1], { state: '', due })],
      removed: [],
    });
    expect(memory.takeChanges(nextDue)).toEqual({ changed: [], removed: [] });
    // A log without an index by workflow would have to be searched for them.
    const onKafka = remember(100, 2, () => Promise.resolve([]));
    for (const state of states) onKafka.set(state);
    expect(onKafka.takeChanges(nextDue).changed).toEqual([snapshotOf(states[0]), snapshotOf(states[1], { due })]);
  });

  it('hands out the state of a history that is not short', async () => {
    const id = await house.begin(digest);
    const state = { ...house.stateOf(id), seq: 17 };
    memory.set(state);
    expect(memory.takeChanges(nextDue).changed).toEqual([snapshotOf(state)]);
  });

  it('has the snapshot of an ended workflow removed, but only where there may be one', async () => {
    const [saved, unsaved] = [await house.begin(digest), await house.begin(digest)];
    memory.set(house.stateOf(saved));
    await checkpointed();
    for (const id of [saved, unsaved]) memory.set(await ended(id));
    const { changed, removed } = memory.takeChanges(nextDue);
    expect({ changed, removed }).toEqual({
      changed: [],
      removed: [{ workflowId: saved, seq: house.stateOf(saved).seq }],
    });
    // Not stored yet: the old snapshot must not be believed.
    expect(memory.isOutdated(saved)).toBe(true);
    await save(changed, removed);
    memory.forgetIdle(changed);
    expect(memory.isOutdated(saved)).toBe(false);
    expect((await house.snapshots.load([saved])).size).toBe(0);
  });

  it('knows the last seq of a removed one that has left memory since, also when the checkpoint has failed', async () => {
    memory = remember(100, 0);
    const id = await house.begin(digest);
    memory.set(house.stateOf(id));
    await checkpointed();
    const state = await ended(id);
    memory.set(state);
    memory.release(state);
    expect(memory.get(id)).toBeUndefined();
    const removed = [{ workflowId: id, seq: state.seq }];
    const taken = memory.takeChanges(nextDue);
    expect(taken.removed).toEqual(removed);
    memory.restoreChanges(taken.changed, taken.removed);
    expect(memory.takeChanges(nextDue).removed).toEqual(removed);
  });

  it('has a snapshot removed that was fetched, or that a crash may have left', async () => {
    const [fetched, tail] = [await house.begin(digest), await house.begin(digest)];
    await save([fetched, tail].map((id) => snapshotOf(house.stateOf(id))));
    await memory.fetch([fetched]);
    memory.noteTail(tail);
    for (const id of [fetched, tail]) memory.set(await ended(id));
    expect(memory.takeChanges(nextDue).removed).toMatchObject([{ workflowId: fetched }, { workflowId: tail }]);
  });

  it('has everything still to be saved after a checkpoint that failed', async () => {
    const [open, over] = [await house.begin(digest), await house.begin(digest)];
    for (const id of [open, over]) memory.set(house.stateOf(id));
    await checkpointed();
    memory.set(house.stateOf(open));
    memory.set(await ended(over));
    const taken = memory.takeChanges(nextDue);
    memory.restoreChanges(taken.changed, taken.removed);
    expect([open, over].map((id) => memory.isOutdated(id))).toEqual([true, true]);
    expect(memory.takeChanges(nextDue)).toEqual(taken);
  });

  it('has the snapshot removed that a checkpoint left which was said to have failed', async () => {
    const id = await house.begin(digest);
    memory.set(house.stateOf(id));
    const taken = memory.takeChanges(nextDue);
    memory.restoreChanges(taken.changed, taken.removed);
    memory.set(await ended(id));
    expect(memory.takeChanges(nextDue)).toMatchObject({ changed: [], removed: [{ workflowId: id }] });
  });

  describe('forgets idle states', () => {
    const three = async (): Promise<string[]> => [
      await house.begin(digest),
      await house.begin(digest),
      await house.begin(digest),
    ];

    it('only saved ones, only as many as are too many, the least recently used first', async () => {
      memory = remember(2);
      const ids = await three();
      for (const id of ids) memory.set(house.stateOf(id));
      expect(memory.forgetIdle([])).toEqual([]);
      memory.get(ids[0] ?? '');
      expect(await checkpointed()).toEqual([ids[1]]);
      expect(memory.size).toBe(2);
      await memory.fetch(ids);
      expect(ids.map((id) => memory.get(id)?.seq)).toEqual([2, 2, 2]);
    });

    it('not those that have changed since', async () => {
      memory = remember(0);
      const ids = await three();
      for (const id of ids) memory.set(house.stateOf(id));
      const { changed, removed } = memory.takeChanges(nextDue);
      memory.set(house.stateOf(ids[1] ?? ''));
      await save(changed, removed);
      expect(memory.forgetIdle(changed)).toEqual([ids[0], ids[2]]);
      expect(memory.size).toBe(1);
    });

    it('at the bound: none with as many as allowed, one with one more', async () => {
      const ids = await three();
      for (const [statesMax, gone] of [
        [4, 0],
        [3, 0],
        [2, 1],
      ] as const) {
        memory = remember(statesMax);
        for (const id of ids) memory.set(house.stateOf(id));
        expect(await checkpointed()).toHaveLength(gone);
      }
    });

    it('and goes on deciding with them as if it had never forgotten', async () => {
      memory = remember(0);
      const [id = ''] = await three();
      memory.set(house.stateOf(id));
      await checkpointed();
      expect(memory.get(id)).toBeUndefined();
      await memory.fetch([id]);
      const command = house.command('ClaimTask', id, { taskId: house.taskId(id, 'a'), workerId: 'w' });
      const context = {
        now: house.clock.now(),
        causation: '0:99',
        epoch: 1,
        hash: (text: string) => text.slice(-43),
        flow: (of: string) => house.registry.flow(of),
      };
      const fresh = decide(house.stateOf(id), command, context);
      expect(decide(memory.get(id), command, context).events).toEqual(fresh.events);
    });
  });

  it('visits every state, also when visitors change it', async () => {
    const id = await house.begin(digest);
    memory.set(house.stateOf(id));
    const seen: string[] = [];
    memory.forEach((state) => {
      seen.push(state.workflowId);
      memory.drop(state.workflowId);
    });
    expect(seen).toEqual([id]);
    expect(memory.size).toBe(0);
  });

  it('starts on an empty log without anything', async () => {
    const journal = new MemoryJournal({ partitionCount: 1, clock: new VirtualClock() });
    memory = new LaneMemory(journal, house.snapshots, { statesMax: 1, endedMax: 1 });
    await memory.fetch([]);
    await memory.fetch(['nobody']);
    expect(memory.size).toBe(0);
  });
});

import type { LaneCheckpoint, RemovedSnapshot, Snapshot, SnapshotStore } from '@dacapo/ports';

import { AfterAppend } from './after-append.js';
import { Alarms } from './alarms.js';
import { Checkpointer } from './checkpointer.js';
import { CommandIds } from './command-ids.js';
import { Confirmations } from './confirmations.js';
import { LaneMemory } from './lane-memory.js';
import { limits } from './limits.js';
import { ReactionSender } from './reaction-sender.js';
import type { Progress } from './recovery.js';
import { aWorkflowDef, simple } from './testing/definitions.js';
import { House } from './testing/house.js';
import { overriding, snapshotsApart, TemporaryStore } from './testing/temporary-store.js';

describe('Checkpointer', () => {
  let store: TemporaryStore;
  let house: House;
  let memory: LaneMemory;
  let progress: Progress;
  let checkpointer: Checkpointer;
  let after: AfterAppend;
  /** What reached the store; each save ends when the test lets it, or fails. */
  let saves: {
    checkpoint: LaneCheckpoint;
    changed: readonly Snapshot[];
    removed: readonly RemovedSnapshot[];
    isStored: boolean;
  }[];
  let outcomes: Promise<void>[];
  let tests = 0;

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  beforeEach(async () => {
    tests += 1;
    const shared = { readStore: store.readStore, snapshots: snapshotsApart(store.snapshots, tests * 10) };
    house = await House.open({ partitionCount: 1, store: shared });
    const { clock, log, journal, registry } = house;
    saves = [];
    outcomes = [];
    const snapshots: SnapshotStore = overriding(store.snapshots, {
      save: async (_partition, checkpoint, changed, removed) => {
        const save = { checkpoint, changed, removed, isStored: false };
        saves.push(save);
        await outcomes.shift();
        await store.snapshots.save(tests, checkpoint, changed, removed);
        save.isStored = true;
      },
    });
    memory = new LaneMemory(journal, snapshots, { statesMax: 0, endedMax: 10 });
    progress = {
      eventOffset: 5,
      commandOffset: 4,
      time: 1_000,
      last: { offset: 4, hash: 'h' },
      ids: new CommandIds([['a', 900]]),
    };
    const alarms = new Alarms(
      clock,
      () => undefined,
      () => undefined,
    );
    const confirmations = new Confirmations();
    const sender = new ReactionSender(journal, registry, confirmations, log);
    after = new AfterAppend({ memory, alarms, sender, progress, confirmations, clock, log });
    checkpointer = new Checkpointer({
      partition: 0,
      owner: 'somebody',
      epoch: 3,
      since: { eventOffset: 2, epoch: 1 },
      snapshots,
      memory,
      alarms,
      after,
      progress,
      clock,
      log,
    });
    checkpointer.start();
  });

  afterEach(() => house.close());

  const aState = async (): Promise<string> => {
    await house.start();
    const id = await house.begin(await house.define([aWorkflowDef('wf', [simple('a')])]));
    memory.set(house.stateOf(id));
    return id;
  };

  it('saves the changed states and where the lane is', async () => {
    const id = await aState();
    await checkpointer.letGo();
    const checkpoint = {
      eventOffset: 5,
      commandOffset: 4,
      epoch: 3,
      time: 1_000,
      commandIds: [['a', 900]],
      last: { offset: 4, hash: 'h' },
    };
    expect(saves).toMatchObject([{ checkpoint, changed: [{ workflowId: id, seq: 2 }], removed: [] }]);
    expect(await store.snapshots.checkpoint(tests)).toEqual(checkpoint);
    expect(memory.size).toBe(0);
  });

  it('names the epoch of the place where it is held back: in front of its own claim it is the one before', async () => {
    house.journal.sendFaults.push('refused');
    const request = {
      kind: 'start-request',
      id: 'x:1',
      workflowId: 'w',
      name: 'unknown',
      input: {},
      requester: 'x',
    } as const;
    after.resend([request], 2);
    await checkpointer.letGo();
    expect(saves[0]?.checkpoint).toMatchObject({ eventOffset: 2, epoch: 1, commandOffset: 4 });
    expect(saves[0]?.checkpoint.last).toBeUndefined();
    after.stop();
  });

  it('saves from time to time, not more often', async () => {
    await checkpointer.saveIfDue();
    house.clock.advance(limits.checkpointMs - 1);
    await checkpointer.saveIfDue();
    expect(saves).toHaveLength(0);
    house.clock.advance(1);
    await checkpointer.saveIfDue();
    expect(saves).toHaveLength(1);
    progress.eventOffset += 1;
    await checkpointer.saveIfDue();
    expect(saves).toHaveLength(1);
  });

  it('does not save what is saved, but says in the end that the partition is let go', async () => {
    const saveInTime = async (): Promise<void> => {
      house.clock.advance(limits.checkpointMs);
      await checkpointer.saveIfDue();
      // Until it is stored nothing else is saved.
      do await new Promise((resolve) => setImmediate(resolve));
      while (saves.some(({ isStored }) => !isStored));
      await new Promise((resolve) => setImmediate(resolve));
    };
    await saveInTime();
    await saveInTime();
    expect(saves).toHaveLength(1);
    progress.eventOffset = 6;
    await saveInTime();
    expect(saves).toHaveLength(2);
    await checkpointer.letGo();
    expect(saves.map(({ checkpoint }) => checkpoint.heldBy)).toEqual(['somebody', 'somebody', undefined]);
  });

  it('keeps the changes of a save that failed', async () => {
    const id = await aState();
    outcomes.push(Promise.reject(new Error('the store is full')));
    await checkpointer.letGo();
    expect(house.log.count('checkpoint could not be saved')).toBe(1);
    expect(memory.size).toBe(1);
    await checkpointer.letGo();
    expect(saves[1]?.changed).toMatchObject([{ workflowId: id }]);
    expect(await store.snapshots.load([id])).toMatchObject(new Map([[id, { seq: 2 }]]));
  });

  it('lets two saves never overlap, and the last one waits for the one under way', async () => {
    let release: () => void = () => undefined;
    outcomes.push(new Promise((resolve) => (release = resolve)));
    house.clock.advance(limits.checkpointMs);
    await checkpointer.saveIfDue();
    progress.eventOffset = 9;
    house.clock.advance(limits.checkpointMs);
    await checkpointer.saveIfDue();
    const last = checkpointer.letGo();
    await Promise.resolve();
    expect(saves).toHaveLength(1);
    release();
    await last;
    expect(saves.map(({ checkpoint }) => checkpoint.eventOffset)).toEqual([5, 9]);
  });

  it('saves nothing by itself after stop', async () => {
    checkpointer.stop();
    house.clock.advance(limits.checkpointMs * 10);
    await checkpointer.saveIfDue();
    expect(saves).toHaveLength(0);
  });
});

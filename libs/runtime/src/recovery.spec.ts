import { sealEvent } from '@dacapo/contracts';
import type { Reaction } from '@dacapo/engine';
import { type Claim, type LaneCheckpoint } from '@dacapo/ports';
import { sha256 } from '@dacapo/ports-testing';

import { LaneMemory } from './lane-memory.js';
import { checkCheckpoint, noCheckpoint, recover, type Recovered } from './recovery.js';
import { aWorkflowDef, simple, subWorkflow } from './testing/definitions.js';
import { House } from './testing/house.js';
import { snapshotsApart, TemporaryStore } from './testing/temporary-store.js';

describe('recover', () => {
  let store: TemporaryStore;
  let house: House;
  let memory: LaneMemory;
  let digest: string;
  let tests = 0;

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  beforeEach(async () => {
    const snapshots = snapshotsApart(store.snapshots, ++tests * 10);
    house = await House.open({ partitionCount: 1, store: { readStore: store.readStore, snapshots } });
    await house.start();
    digest = await house.define([aWorkflowDef('wf', [simple('a'), simple('b')])]);
    memory = new LaneMemory(house.journal, house.snapshots, { statesMax: 100, endedMax: 100 });
  });

  afterEach(() => house.close());

  const claim = (since: LaneCheckpoint = noCheckpoint): Promise<Claim> =>
    house.journal.claim(0, 'recovery', { offset: since.eventOffset, epoch: since.epoch });
  const recovered = async (since: LaneCheckpoint = noCheckpoint): Promise<Recovered> =>
    recover(await claim(since), since, memory);
  /** The lane stops and saves where it is. */
  const stopped = async (): Promise<LaneCheckpoint> => {
    await house.engine.stop();
    return (await house.snapshots.checkpoint(0)) ?? noCheckpoint;
  };
  const kinds = (reactions: readonly Reaction[]): string[] =>
    reactions.map((each) => (each.kind === 'command' ? each.command.type : each.kind));

  it('begins with nothing on an empty log', async () => {
    const { progress, reactions, decided } = await recovered();
    expect(progress).toMatchObject({ eventOffset: await house.journal.end(0), commandOffset: 0 });
    expect({ reactions, decided }).toEqual({ reactions: [], decided: [] });
    expect(memory.size).toBe(0);
  });

  it('folds the whole log without a checkpoint', async () => {
    const id = await house.begin(digest);
    await house.complete(id, 'a');
    const offset = house.events.at(-1)?.offset ?? -1;
    const { progress } = await recovered();
    expect(memory.get(id)).toEqual(house.stateOf(id));
    // The next command is the one behind the last that has events.
    expect(progress.commandOffset).toBe(offset + 1);
    expect(progress.eventOffset).toBe(await house.journal.end(0));
    expect(progress.time).toBe(house.clock.now());
    expect(progress.last?.offset).toBe(progress.eventOffset - 1);
  });

  it('folds the tail onto the snapshots of a checkpoint', async () => {
    const [quiet, busy] = [await house.begin(digest), await house.begin(digest)];
    const since = await stopped();
    await house.makeEngine().start();
    await house.complete(busy, 'a');
    await recovered(since);
    expect(memory.get(busy)).toEqual(house.stateOf(busy));
    expect(memory.get(quiet)).toBeUndefined();
    await memory.fetch([quiet]);
    expect(memory.get(quiet)).toEqual(house.stateOf(quiet));
  });

  it('ignores in the tail what a newer snapshot has already', async () => {
    const id = await house.begin(digest);
    const since = await stopped();
    await house.makeEngine().start();
    await house.complete(id, 'a');
    // Snapshots are written before their checkpoint: these are newer than the one that we begin with.
    await stopped();
    await recovered(since);
    expect(memory.get(id)).toEqual(house.stateOf(id));
  });

  it('folds from the log whoever has no snapshot, though the checkpoint is behind his beginning', async () => {
    const id = await house.begin(digest);
    const since = await stopped();
    await house.makeEngine().start();
    await house.complete(id, 'a');
    await house.snapshots.save(0, since, [], [{ workflowId: id }]);
    await recovered(since);
    expect(memory.get(id)).toEqual(house.stateOf(id));
  });

  it('ignores the events of a stale owner, and a claim that is not above the current one', async () => {
    const id = await house.begin(digest);
    await house.engine.stop();
    const { inner } = house.journal;
    const [first] = house.eventsOf(id);
    const newer = await claim();
    const place = { workflowId: id, seq: 3, time: 1, causation: '0:90', epoch: newer.epoch - 1, previousHash: '' };
    const stale = sealEvent('WorkflowPaused', {}, { ...place, command: { id: 'stale', repeatable: true } }, sha256);
    inner.log.push(0, { offset: 90, events: [{ ...stale, offset: 90 }] });
    const voidClaim = sealEvent('PartitionClaimed', { owner: 'late' }, { ...place, workflowId: '', seq: 0 }, sha256);
    inner.log.push(0, { offset: 91, events: [{ ...voidClaim, offset: 91 }] });
    const { progress } = await recovered();
    expect(memory.get(id)).toMatchObject({ seq: 2, status: 'RUNNING' });
    expect(progress.ids.has('stale')).toBe(false);
    expect(progress.time).toBe(first?.time);
    expect(progress.commandOffset).toBeLessThan(90);
    // They are behind us all the same.
    expect(progress.eventOffset).toBe(93);
  });

  it('remembers the ids of commands that may be repeated, of the checkpoint and of the tail', async () => {
    const command = { ...house.startCommand(digest), id: 'tail', repeatable: true } as const;
    const once = house.startCommand(digest);
    await Promise.all(house.gateway.answers.askAll([command, once]));
    const { progress, decided } = await recovered({ ...noCheckpoint, commandIds: [['kept', 5]] });
    expect(['kept', 'tail', once.id].map((id) => progress.ids.has(id))).toEqual([true, true, false]);
    expect(decided).toEqual(['tail', once.id]);
  });

  it('never lets log time go back', async () => {
    const { progress } = await recovered({ ...noCheckpoint, time: house.clock.now() + 5_000 });
    expect(progress.time).toBe(house.clock.now() + 5_000);
  });

  it('finds what must be sent again: the child of a parent, the word to the parent', async () => {
    await house.define([aWorkflowDef('child', [simple('c')])]);
    const parent = await house.begin(await house.define([aWorkflowDef('parent', [subWorkflow('sub', 'child')])]));
    const { data } = await house.event(parent, 'TaskStarted');
    const childId = data.subWorkflowId ?? '';
    await house.event(childId, 'TaskScheduled');
    const { reactions } = await recovered();
    expect(kinds(reactions)).toEqual(['start-request']);
    expect(reactions[0]).toMatchObject({ id: `${parent}:3`, workflowId: childId, requester: parent });
    await house.engine.stop();
    await house.makeEngine().start();
    await house.complete(childId, 'c');
    await house.event(parent, 'WorkflowCompleted');
    memory = new LaneMemory(house.journal, house.snapshots, { statesMax: 100, endedMax: 100 });
    expect(kinds((await recovered()).reactions)).toEqual(['start-request', 'RecordChildEnd']);
  });

  it('refuses an event without a readable causation', async () => {
    const { inner } = house.journal;
    const end = await house.journal.end(0);
    const { epoch } = await claim();
    const place = { workflowId: 'w', seq: 1, time: 1, causation: 'nowhere', epoch, previousHash: '' };
    const started = { definition: digest, name: 'wf', version: 1, input: {}, variables: {} };
    inner.log.push(0, {
      offset: end + 1,
      events: [{ ...sealEvent('WorkflowStarted', started, place, sha256), offset: end + 1 }],
    });
    await expect(recovered()).rejects.toThrow('I12');
  });

  describe('checkCheckpoint', () => {
    it('is content with a checkpoint whose last event is where it was, and with one that names none', async () => {
      await house.begin(digest);
      const since = await stopped();
      expect(since.last).toBeDefined();
      await checkCheckpoint(house.journal, 0, since);
      await checkCheckpoint(house.journal, 0, noCheckpoint);
    });

    it('names a log that was replaced, and one that was cut off', async () => {
      const last = { offset: 0, hash: 'other' };
      await expect(checkCheckpoint(house.journal, 0, { ...noCheckpoint, last })).rejects.toThrow('another event');
      const gone = { offset: 1_000, hash: 'x' };
      await expect(checkCheckpoint(house.journal, 0, { ...noCheckpoint, last: gone })).rejects.toThrow('nothing');
    });
  });
});

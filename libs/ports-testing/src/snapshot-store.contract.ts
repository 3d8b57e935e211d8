/** What every snapshot store must do. Ids and partitions are the suite's own, so that a shared store does. */
import type { LaneCheckpoint, RemovedSnapshot, Snapshot, SnapshotStore } from '@dacapo/ports';
import { oddValues } from './odd-values.js';
import { anId } from './test-lane.js';

export interface SnapshotStoreFixture {
  /** Opens the store. Called again after `close` it is a restart. */
  open(): Promise<SnapshotStore>;
  remove(): Promise<void>;
}

let lastPartition = 1_000;

function aCheckpoint(changes: Partial<LaneCheckpoint> = {}): LaneCheckpoint {
  return { eventOffset: 1, commandOffset: 1, epoch: 1, time: 1_000, commandIds: [], ...changes };
}

function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return { workflowId: anId(), seq: 1, state: '{}', ...changes };
}

export function snapshotStoreContract(name: string, create: () => Promise<SnapshotStoreFixture>): void {
  describe(`${name} as a snapshot store`, () => {
    let fixture: SnapshotStoreFixture;
    let store: SnapshotStore;
    let partition: number;

    beforeEach(async () => {
      partition = ++lastPartition;
      fixture = await create();
      store = await fixture.open();
    });

    afterEach(async () => {
      await store.close();
      await fixture.remove();
    });

    const save = (changed: readonly Snapshot[], removed: readonly RemovedSnapshot[] = []): Promise<void> =>
      store.save(partition, aCheckpoint(), changed, removed);
    const load = async (workflowId: string): Promise<Snapshot | undefined> =>
      (await store.load([workflowId])).get(workflowId);
    const due = async (before = 1_000, limit = 100): Promise<number[]> =>
      (await store.due(partition, before, limit)).map((each) => each.due);

    it('knows nothing at first', async () => {
      expect(await store.checkpoint(partition)).toBeUndefined();
      expect((await store.load([])).size).toBe(0);
      expect((await store.load([anId()])).size).toBe(0);
      expect(await store.due(partition, 1_000, 10)).toEqual([]);
    });

    it('gives back the checkpoint of the partition', async () => {
      const full = aCheckpoint({
        eventOffset: 12,
        last: { offset: 11, hash: 'h' },
        commandIds: [
          ['a', 5],
          ['\u{1F600}$.', 6],
        ],
      });
      await store.save(partition, aCheckpoint(), [], []);
      await store.save(partition, full, [], []);
      await store.save(++lastPartition, aCheckpoint({ eventOffset: 99 }), [], []);
      expect(await store.checkpoint(partition)).toEqual(full);
    });

    it('gives back snapshots exactly', async () => {
      const snapshot = aSnapshot({ seq: 7, state: JSON.stringify(oddValues), due: 500 });
      const plain = aSnapshot();
      await save([snapshot, plain]);
      expect(await store.load([snapshot.workflowId, plain.workflowId, anId()])).toEqual(
        new Map([
          [snapshot.workflowId, snapshot],
          [plain.workflowId, plain],
        ]),
      );
    });

    it('keeps the snapshot with the higher seq', async () => {
      const { workflowId } = aSnapshot();
      await save([aSnapshot({ workflowId, seq: 5, state: '"five"', due: 5 })]);
      await save([aSnapshot({ workflowId, seq: 4, state: '"four"', due: 4 })]);
      expect(await load(workflowId)).toEqual({ workflowId, seq: 5, state: '"five"', due: 5 });
      expect(await due()).toEqual([5]);
      await save([aSnapshot({ workflowId, seq: 6, state: '"six"' })]);
      expect(await load(workflowId)).toEqual({ workflowId, seq: 6, state: '"six"' });
      expect(await due()).toEqual([]);
    });

    it('forgets what was removed', async () => {
      const [a, b] = [aSnapshot({ due: 1 }), aSnapshot({ due: 2 })];
      await save([a, b]);
      await save([], [{ workflowId: a.workflowId, seq: 9 }, { workflowId: anId(), seq: 3 }, { workflowId: anId() }]);
      expect(await load(a.workflowId)).toBeUndefined();
      expect(await load(b.workflowId)).toEqual(b);
      expect(await due()).toEqual([2]);
    });

    it('takes what was removed and has been opened again since', async () => {
      const { workflowId } = aSnapshot();
      await save([aSnapshot({ workflowId, seq: 5 })]);
      await save([], [{ workflowId, seq: 6 }]);
      const opened = aSnapshot({ workflowId, seq: 7, state: '"opened"', due: 7 });
      await save([opened]);
      expect([await load(workflowId), await due()]).toEqual([opened, [7]]);
    });

    it('finds due workflows of the partition, earliest first', async () => {
      const snapshots = [30, 10, 20, 40].map((time) => aSnapshot({ due: time }));
      await save([...snapshots, aSnapshot()]);
      await store.save(++lastPartition, aCheckpoint(), [aSnapshot({ due: 5 })], []);
      expect(await due(40)).toEqual([10, 20, 30]);
      expect(await due(40, 2)).toEqual([10, 20]);
      expect(await due(10)).toEqual([]);
      expect((await store.due(partition, 11, 10))[0]).toEqual({ workflowId: snapshots[1]!.workflowId, due: 10 });
    });

    it('knows due times of years ahead', async () => {
      const far = Date.UTC(2200, 0, 1);
      await save([aSnapshot({ due: far })]);
      expect(await due(far)).toEqual([]);
      expect(await due(far + 1)).toEqual([far]);
    });

    it('holds thousands', async () => {
      const snapshots = Array.from({ length: 5_000 }, (_, n) => aSnapshot({ due: n, state: JSON.stringify({ n }) }));
      await save(snapshots);
      const loaded = await store.load(snapshots.map((each) => each.workflowId));
      expect(loaded.size).toBe(5_000);
      expect(loaded.get(snapshots[77]!.workflowId)).toEqual(snapshots[77]);
      expect(await due(10_000, 10_000)).toHaveLength(5_000);
      await save(
        [],
        snapshots
          .slice(1)
          .map(({ workflowId, seq }, n) => (n % 2 === 0 ? { workflowId } : { workflowId, seq: seq + 1 })),
      );
      expect(await due(10_000, 10_000)).toEqual([0]);
    });

    it('survives a restart', async () => {
      const snapshot = aSnapshot({ due: 3 });
      await store.save(partition, aCheckpoint({ eventOffset: 5 }), [snapshot], []);
      await store.close();
      store = await fixture.open();
      expect((await store.checkpoint(partition))?.eventOffset).toBe(5);
      expect(await load(snapshot.workflowId)).toEqual(snapshot);
      expect(await due()).toEqual([3]);
    });
  });
}

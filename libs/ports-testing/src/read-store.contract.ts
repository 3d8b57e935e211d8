/** What every read store must do. Ids, names and partitions are the suite's own, so that a shared store does. */
import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import type { ProjectionWrite, ReadStore, WorkflowQuery } from '@dacapo/ports';
import { aTask, aWorkflow } from './documents.js';
import { oddValues } from './odd-values.js';
import { anId } from './test-lane.js';

export interface ReadStoreFixture {
  /** Opens the store. Called again after `close` it is a restart. */
  open(): Promise<ReadStore>;
  remove(): Promise<void>;
}

let lastPartition = 1_000;

export function readStoreContract(name: string, create: () => Promise<ReadStoreFixture>): void {
  describe(`${name} as a read store`, () => {
    let fixture: ReadStoreFixture;
    let store: ReadStore;
    let partition: number;
    let reader: string;

    beforeEach(async () => {
      partition = ++lastPartition;
      reader = `reader-${anId()}`;
      fixture = await create();
      store = await fixture.open();
    });

    afterEach(async () => {
      await store.close();
      await fixture.remove();
    });

    const write = (
      workflows: readonly WorkflowDocument[],
      tasks: readonly TaskDocument[] = [],
      offset = 1,
    ): Promise<void> => {
      const batch: ProjectionWrite = { workflows, tasks, checkpoint: { reader, partition, offset, epoch: 1 } };
      return store.write(batch);
    };

    describe('documents', () => {
      it('come back as they were written', async () => {
        const id = anId();
        const workflow = aWorkflow(id, {
          endTime: 5,
          lastRetriedTime: 4,
          correlationId: 'c',
          taskToDomain: { '*': 'd' },
          parent: { workflowId: 'p', taskId: 't' },
          event: 'e',
          reason: 'r',
          failedTaskNames: ['a'],
        });
        const task = aTask(anId(), id, { logs: [{ log: 'l', createdTime: 1 }], workerId: 'w', subWorkflowId: 's' });
        await write([workflow], [task]);
        expect(await store.workflow(id)).toEqual(workflow);
        expect(await store.task(task.taskId)).toEqual(task);
        expect(await store.tasksOf(id)).toEqual([task]);
      });

      it('keep odd payloads exactly', async () => {
        const id = anId();
        const workflow = aWorkflow(id, { input: oddValues, output: { a: oddValues }, variables: oddValues });
        const task = aTask(anId(), id, {
          input: oddValues,
          output: oddValues,
          reason: '\ud800',
          workerId: 'nul\u0000',
        });
        await write([workflow], [task]);
        expect(await store.workflow(id)).toEqual(workflow);
        expect(JSON.stringify(await store.workflow(id))).toBe(JSON.stringify(workflow));
        expect(await store.task(task.taskId)).toEqual(task);
      });

      it('are found by odd ids', async () => {
        for (const odd of ['$id', 'a.b', 'nul\u0000a', 'nul\u0000b', '\u{1F600}', 'quote\'"', '%', '']) {
          const id = `${anId()}${odd}`;
          const task = aTask(`${id}-task`, id);
          await write([aWorkflow(id)], [task]);
          expect((await store.workflow(id))?.workflowId).toBe(id);
          expect(await store.tasksOf(id)).toEqual([task]);
          expect(await store.task(task.taskId)).toEqual(task);
        }
      });

      it('are replaced by newer ones only', async () => {
        const [id, taskId] = [anId(), anId()];
        await write([aWorkflow(id, { seq: 5, reason: 'five' })], [aTask(taskId, id, { seq: 5, reason: 'five' })]);
        for (const seq of [4, 5]) {
          const reason = `again ${seq}`;
          await write([aWorkflow(id, { seq, reason })], [aTask(taskId, id, { seq, reason, ready: false })]);
          expect((await store.workflow(id))?.reason).toBe('five');
          expect((await store.task(taskId))?.reason).toBe('five');
        }
        await write([aWorkflow(id, { seq: 6, reason: 'six' })], [aTask(taskId, id, { seq: 9, reason: 'nine' })]);
        expect((await store.workflow(id))?.reason).toBe('six');
        expect((await store.task(taskId))?.reason).toBe('nine');
      });

      it('that are already newer do not stop the rest of a batch', async () => {
        const ids = [anId(), anId(), anId()];
        await write([aWorkflow(ids[1]!, { seq: 5 })]);
        await write(ids.map((id) => aWorkflow(id, { seq: 3 })));
        const found = await store.workflows(ids);
        expect(ids.map((id) => found.get(id)?.seq)).toEqual([3, 5, 3]);
      });

      it('may stand in one batch in several versions', async () => {
        const [id, taskId] = [anId(), anId()];
        await write(
          [2, 3, 1].map((seq) => aWorkflow(id, { seq })),
          [2, 3, 1].map((seq) => aTask(taskId, id, { seq })),
        );
        expect((await store.workflow(id))?.seq).toBe(3);
        expect((await store.task(taskId))?.seq).toBe(3);
      });

      it('may be written all at once', async () => {
        const id = anId();
        const seqs = Array.from({ length: 20 }, (_, n) => ((n * 7) % 20) + 1);
        await Promise.all(seqs.map((seq) => write([aWorkflow(id, { seq })], [aTask(`${id}-t`, id, { seq })])));
        expect((await store.workflow(id))?.seq).toBe(20);
        expect((await store.task(`${id}-t`))?.seq).toBe(20);
      });

      it('survive a restart', async () => {
        const id = anId();
        await write([aWorkflow(id)], [aTask(anId(), id)], 7);
        await store.close();
        store = await fixture.open();
        expect((await store.workflow(id))?.workflowId).toBe(id);
        expect(await store.tasksOf(id)).toHaveLength(1);
        expect(await store.checkpoint(reader, partition)).toEqual({ offset: 7, epoch: 1 });
      });

      it('that do not exist are missing, not errors', async () => {
        expect(await store.workflow(anId())).toBeUndefined();
        expect(await store.task(anId())).toBeUndefined();
        expect(await store.tasksOf(anId())).toEqual([]);
        expect((await store.workflows([])).size).toBe(0);
        expect((await store.workflows([anId()])).size).toBe(0);
        expect((await store.tasks([])).size).toBe(0);
        expect((await store.tasks([anId()])).size).toBe(0);
        expect(await store.readyTasks([])).toEqual([]);
        expect(await store.readyTasks([partition])).toEqual([]);
        expect(await store.checkpoint(reader, partition)).toBeUndefined();
      });

      it('are found many at a time', async () => {
        const ids = Array.from({ length: 3_000 }, () => anId());
        await write(
          ids.map((id) => aWorkflow(id)),
          ids.map((id) => aTask(`${id}-t`, id)),
        );
        const wanted = [...ids, anId()];
        expect((await store.workflows(wanted)).size).toBe(3_000);
        const tasks = await store.tasks(wanted.map((id) => `${id}-t`));
        expect(tasks.size).toBe(3_000);
        expect(tasks.get(`${ids[5]}-t`)?.workflowId).toBe(ids[5]);
      });
    });

    describe('tasks', () => {
      it('of a workflow come in their order', async () => {
        const [id, other] = [anId(), anId()];
        const tasks = [3, 12, 1, 2].map((taskSeq) => aTask(anId(), id, { taskSeq }));
        await write([], [...tasks, aTask(anId(), other)]);
        expect((await store.tasksOf(id)).map((each) => each.taskSeq)).toEqual([1, 2, 3, 12]);
      });

      it('that are ready are found by partition, oldest first', async () => {
        const [there, id] = [++lastPartition, anId()];
        const make = (scheduledTime: number, changes: Partial<TaskDocument> = {}): TaskDocument =>
          aTask(`${id}-${scheduledTime}`, id, { partition, scheduledTime, ...changes });
        await write([], [make(30), make(10), make(20, { ready: false }), make(5, { partition: there }), make(40)]);
        const times = async (...of: number[]): Promise<number[]> =>
          (await store.readyTasks(of)).map((each) => each.scheduledTime);
        expect(await times(partition)).toEqual([10, 30, 40]);
        expect(await times(partition, there)).toEqual([5, 10, 30, 40]);
        await write([], [make(10, { seq: 2, ready: false }), make(20, { seq: 2, ready: true })]);
        expect(await times(partition)).toEqual([20, 30, 40]);
      });

      it('that were removed are stored as such, and not ready', async () => {
        const id = anId();
        const removed = aTask(`${id}-t`, id, { partition, seq: 2, ready: false, isRemoved: true, input: {} });
        await write([], [aTask(`${id}-t`, id, { partition })]);
        expect(await store.readyTasks([partition])).toHaveLength(1);
        await write([], [removed]);
        expect(await store.readyTasks([partition])).toEqual([]);
        expect(await store.task(removed.taskId)).toEqual(removed);
        expect(await store.tasksOf(id)).toEqual([removed]);
      });

      it('that are ready may be thousands', async () => {
        const id = anId();
        const tasks = Array.from({ length: 3_000 }, (_, n) =>
          aTask(`${id}-${n}`, id, { partition, scheduledTime: n, taskSeq: n }),
        );
        await write([], tasks);
        expect((await store.readyTasks([partition])).map((each) => each.scheduledTime)).toEqual(tasks.map((_, n) => n));
      });
    });

    describe('checkpoints', () => {
      it('are stored with the documents, by reader and partition', async () => {
        await write([], [], 10);
        await store.saveCheckpoint(reader, partition + 1, { offset: 20, epoch: 3 });
        await store.saveCheckpoint(`${reader}-other`, partition, { offset: 30, epoch: 4 });
        expect(await store.checkpoint(reader, partition)).toEqual({ offset: 10, epoch: 1 });
        expect(await store.checkpoint(reader, partition + 1)).toEqual({ offset: 20, epoch: 3 });
        expect(await store.checkpoint(`${reader}-other`, partition)).toEqual({ offset: 30, epoch: 4 });
      });

      it('can be set back for a rebuild', async () => {
        await store.saveCheckpoint(reader, partition, { offset: 20, epoch: 3 });
        await store.saveCheckpoint(reader, partition, { offset: 0, epoch: 0 });
        expect(await store.checkpoint(reader, partition)).toEqual({ offset: 0, epoch: 0 });
      });
    });

    describe('search', () => {
      const fields: Omit<WorkflowQuery, 'conditions'> = { sort: [], start: 0, size: 100 };
      let workflowType: string;
      let ids: string[];

      const search = (changes: Partial<WorkflowQuery> = {}): ReturnType<ReadStore['search']> =>
        store.search({
          ...fields,
          ...changes,
          conditions: [{ field: 'workflowType', values: [workflowType] }, ...(changes.conditions ?? [])],
        });
      const found = async (changes: Partial<WorkflowQuery>): Promise<number[]> =>
        (await search(changes)).results.map((each) => ids.indexOf(each.workflowId));

      beforeEach(async () => {
        workflowType = `type-${anId()}`;
        ids = Array.from({ length: 6 }, () => anId()).sort();
        const common = { name: workflowType };
        const changes: Partial<WorkflowDocument>[] = [
          { status: 'RUNNING', createTime: 10, updateTime: 60, correlationId: 'a' },
          { status: 'COMPLETED', createTime: 20, updateTime: 50, endTime: 50, correlationId: 'a', version: 2 },
          { status: 'FAILED', createTime: 30, updateTime: 40, endTime: 40, correlationId: 'b' },
          { status: 'FAILED', createTime: 40, updateTime: 70, endTime: 70, parent: { workflowId: 'p1', taskId: 't' } },
          { status: 'RUNNING', createTime: 40, updateTime: 80, correlationId: "o'dd\u0000", version: 12 },
          { status: 'RUNNING', createTime: 5, updateTime: 5, correlationId: 'a', name: `${workflowType}-other` },
        ];
        await write(changes.map((each, n) => aWorkflow(ids[n]!, { ...common, ...each })));
      });

      it('finds by one value', async () => {
        const page = await search({ conditions: [{ field: 'status', values: ['FAILED'] }] });
        expect(page.totalHits).toBe(2);
        expect(page.results.map((each) => each.workflowId).sort()).toEqual([ids[2], ids[3]].sort());
        expect(page.results.every((each) => each.status === 'FAILED')).toBe(true);
      });

      it('finds by any of several values, and all conditions must hold', async () => {
        const sort = [{ field: 'startTime', descending: false }] as const;
        const either = { field: 'status', values: ['FAILED', 'COMPLETED', 'PAUSED'] } as const;
        expect(await found({ sort, conditions: [either] })).toEqual([1, 2, 3]);
        expect(await found({ sort, conditions: [either, { field: 'correlationId', values: ['a', 'b'] }] })).toEqual([
          1, 2,
        ]);
        expect(await found({ sort, conditions: [either, { field: 'correlationId', values: ['none'] }] })).toEqual([]);
        expect(await found({ sort, conditions: [{ field: 'status', values: [] }] })).toEqual([]);
      });

      it('finds by every field', async () => {
        const by = (field: WorkflowQuery['conditions'][number]['field'], ...values: string[]): Promise<number[]> =>
          found({ conditions: [{ field, values }] });
        expect(await by('workflowId', ids[3]!, ids[5]!)).toEqual([3]);
        expect(await by('version', '2')).toEqual([1]);
        expect(await by('version', '2', '12')).toHaveLength(2);
        expect(await by('version', 'two', '')).toEqual([]);
        expect(await by('parentWorkflowId', 'p1')).toEqual([3]);
        expect(await by('correlationId', "o'dd\u0000")).toEqual([4]);
        expect(await by('workflowType', `${workflowType}-other`)).toEqual([]);
      });

      it('needs no condition', async () => {
        const page = await store.search({ ...fields, conditions: [], size: 1 });
        expect(page.totalHits).toBeGreaterThanOrEqual(6);
        expect(page.results).toHaveLength(1);
      });

      it('sorts, by several fields if asked, and always totally', async () => {
        const by = (field: WorkflowQuery['sort'][number]['field'], descending: boolean): Promise<number[]> =>
          found({ sort: [{ field, descending }] });
        expect(await by('startTime', false)).toEqual([0, 1, 2, 3, 4]);
        expect((await by('startTime', true)).slice(2)).toEqual([2, 1, 0]);
        expect(await by('updateTime', false)).toEqual([2, 1, 0, 3, 4]);
        expect(await by('updateTime', true)).toEqual([4, 3, 0, 1, 2]);
        expect((await by('endTime', true)).slice(0, 3)).toEqual([3, 1, 2]);
        expect((await by('endTime', false)).slice(2)).toEqual([2, 1, 3]);
        expect(await by('workflowId', true)).toEqual([4, 3, 2, 1, 0]);
        expect((await by('status', false))[0]).toBe(1);
        const both = [
          { field: 'status', descending: true },
          { field: 'startTime', descending: true },
        ] as const;
        expect(await found({ sort: both })).toEqual([4, 0, 3, 2, 1]);
      });

      it('pages without losing or repeating anything', async () => {
        const sort = [{ field: 'status', descending: false }] as const;
        const whole = await found({ sort });
        const pages: number[] = [];
        for (let start = 0; start < 5; start += 2) {
          const page = await search({ sort, start, size: 2 });
          expect(page.totalHits).toBe(5);
          pages.push(...page.results.map((each) => ids.indexOf(each.workflowId)));
        }
        expect(pages).toEqual(whole);
        expect(await search({ start: 5, size: 2 })).toEqual({ totalHits: 5, results: [] });
        expect(await search({ start: 0, size: 0 })).toEqual({ totalHits: 5, results: [] });
      });

      it('does not find what was removed, archived or not, in pages and counts', async () => {
        const all = (await store.search({ ...fields, conditions: [], size: 1 })).totalHits;
        const removed = { name: workflowType, seq: 2, status: 'FAILED', isRemoved: true } as const;
        await write([aWorkflow(ids[2]!, removed), aWorkflow(ids[3]!, { ...removed, isArchived: true })]);
        expect(await search({ conditions: [{ field: 'status', values: ['FAILED'] }] })).toEqual({
          totalHits: 0,
          results: [],
        });
        expect((await search()).totalHits).toBe(3);
        expect((await store.search({ ...fields, conditions: [], size: 1 })).totalHits).toBe(all - 2);
        expect(await store.workflow(ids[2]!)).toMatchObject({ isRemoved: true });
      });

      it('sees the newest document only', async () => {
        const now = aWorkflow(ids[0]!, { name: workflowType, seq: 2, status: 'COMPLETED', createTime: 10 });
        await write([now]);
        expect(await found({ conditions: [{ field: 'status', values: ['RUNNING'] }] })).toEqual([4]);
        const page = await search({ conditions: [{ field: 'workflowId', values: [ids[0]!] }] });
        expect(page).toEqual({ totalHits: 1, results: [now] });
      });
    });
  });
}

import type { ReadStore } from '@dacapo/ports';

import { projectionReader, ProjectionRunner } from './projection-runner.js';
import { RecentEvents } from './recent-events.js';
import { aWorkflowDef, simple } from './testing/definitions.js';
import { House } from './testing/house.js';
import { overriding } from './testing/temporary-store.js';
import { Views } from './views.js';

describe('Views', () => {
  let house: House;
  let recent: RecentEvents;
  let views: Views;
  let store: ReadStore;
  let id: string;

  beforeEach(async () => {
    house = await House.open({ partitionCount: 1 });
    await house.start();
    id = await house.begin(await house.define([aWorkflowDef('wf', [simple('a'), simple('b')])]));
    await house.complete(id, 'a', { n: 1 });
    store = house.readStore;
    recent = new RecentEvents();
    views = new Views(store, recent, house.journal);
  });

  afterEach(() => house.close());

  /** The read model has everything up to here. */
  const project = async (): Promise<void> => {
    const { journal, partitions, clock, log } = house;
    const projection = new ProjectionRunner({ journal, store, partitions, clock, log, gatherMs: 0 });
    await projection.start((error) => {
      throw error;
    });
    const end = await house.journal.end(0);
    while (((await store.checkpoint(projectionReader, 0))?.offset ?? 0) < end)
      await new Promise((resolve) => setImmediate(resolve));
    await projection.stop();
  };
  /** The process has heard of the events from this number on. */
  const hear = (fromSeq: number): void => {
    for (const stored of house.events)
      if (stored.event.workflowId === id && stored.event.seq >= fromSeq) recent.onEvent(stored, 0);
  };
  const last = (): number => house.eventsOf(id).length;

  it('give what the store has when nothing is recent', async () => {
    await project();
    expect(await views.workflow(id)).toEqual(await store.workflow(id));
    expect(await views.execution(id)).toEqual({ workflow: await store.workflow(id), tasks: await store.tasksOf(id) });
    expect(await views.task(house.taskId(id, 'a'))).toMatchObject({ status: 'COMPLETED', output: { n: 1 } });
  });

  it.each([
    ['the store', project],
    ['what is recent', () => Promise.resolve(hear(1))],
  ])('do not show what was removed; its history stays (from %s)', async (_from, take) => {
    await house.ask('RemoveWorkflow', id, {});
    await take();
    expect(await views.workflow(id)).toBeUndefined();
    expect(await views.execution(id)).toBeUndefined();
    expect(await views.events(id)).toHaveLength(last());
    expect(await views.at(id, 1)).toBeDefined();
    expect(await house.verify(id)).toMatchObject({ valid: true });
    await expect(house.ask('RetryWorkflow', id, {})).resolves.toMatchObject({
      event: { type: 'CommandRejected', data: { code: 'WORKFLOW_NOT_FOUND' } },
    });
  });

  it('show what was archived as a whole', async () => {
    await house.ask('TerminateWorkflow', id, {});
    await house.ask('RemoveWorkflow', id, { archive: true });
    await project();
    expect(await views.workflow(id)).toMatchObject({ isArchived: true });
    expect((await views.execution(id))?.tasks).toHaveLength(2);
  });

  it('give what is recent when the store has nothing yet', async () => {
    hear(1);
    const fromRecent = await views.execution(id);
    const workflow = await views.workflow(id);
    const task = await views.task(house.taskId(id, 'b'));
    await project();
    expect(fromRecent).toEqual({ workflow: await store.workflow(id), tasks: await store.tasksOf(id) });
    expect(workflow).toEqual(await store.workflow(id));
    expect(task).toEqual(await store.task(house.taskId(id, 'b')));
  });

  it.each([2, 3, 5])('give store and recent events together, from event %d on: as of now', async (fromSeq) => {
    await project();
    await house.complete(id, 'b');
    hear(fromSeq);
    const now = await views.execution(id);
    expect(now?.workflow).toMatchObject({ seq: last(), status: 'COMPLETED' });
    expect(now?.tasks.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await views.workflow(id)).toEqual(now?.workflow);
    expect(await views.task(house.taskId(id, 'b'))).toEqual(now?.tasks[1]);
  });

  it('go on from what they were last asked for, unless the projection has gone past that', async () => {
    await project();
    const before = last();
    let reads = 0;
    const counting = overriding(store, {
      workflow: (of) => {
        reads += 1;
        return store.workflow(of);
      },
    });
    views = new Views(counting, recent, house.journal);
    const seen = async (): Promise<unknown> => [(await views.workflow(id))?.seq, reads];
    hear(before);
    expect([await seen(), await seen()]).toEqual([
      [before, 1],
      [before, 1],
    ]);
    await house.ask('PauseWorkflow', id, {});
    await house.ask('ResumeWorkflow', id, {});
    hear(before + 1);
    await project();
    const lastOffset = house.events.findLast(({ event }) => event.workflowId === id)?.offset ?? 0;
    recent.projected(0, lastOffset);
    expect(await seen()).toEqual([before + 2, 2]);
  });

  it('fall back to the log when the recent events do not reach down to the store', async () => {
    hear(4);
    const whole = { seq: last(), status: 'RUNNING' };
    expect(await views.workflow(id)).toMatchObject(whole);
    const execution = await views.execution(id);
    expect(execution?.workflow).toMatchObject(whole);
    expect(execution?.tasks).toHaveLength(2);
  });

  it('do not show what was removed, whether the store knows it or the process has just heard it', async () => {
    const looped = aWorkflowDef('looped', [
      {
        name: 'l',
        taskReferenceName: 'l',
        type: 'DO_WHILE',
        loopCondition: '$.l.iteration < 3',
        loopOver: [simple('a')],
        inputParameters: { keepLastN: 1 },
      },
    ]);
    id = await house.begin(await house.define([looped]));
    const first = house.taskId(id, 'a__1');
    await house.complete(id, 'a__1');
    const kept = last();
    await house.complete(id, 'a__2');
    const references = async (): Promise<unknown> =>
      (await views.execution(id))?.tasks.map(({ referenceTaskName }) => referenceTaskName);
    hear(1);
    expect([await references(), await views.task(first)]).toEqual([['l', 'a__2', 'a__3'], undefined]);
    recent = new RecentEvents();
    views = new Views(store, recent, house.journal);
    await project();
    expect(await store.task(first)).toMatchObject({ isRemoved: true });
    expect([await references(), await views.task(first)]).toEqual([['l', 'a__2', 'a__3'], undefined]);
    expect((await views.at(id, kept))?.tasks.map(({ referenceTaskName }) => referenceTaskName)).toEqual([
      'l',
      'a__1',
      'a__2',
    ]);
  });

  it('know nothing of what does not exist', async () => {
    expect(await views.workflow('nobody')).toBeUndefined();
    expect(await views.execution('nobody')).toBeUndefined();
    expect(await views.task('nobody')).toBeUndefined();
    expect(await views.at('nobody', 1)).toBeUndefined();
    expect(await views.events('nobody')).toEqual([]);
    expect(await views.range('nobody')).toBeUndefined();
  });

  it('are not certain that there is no such workflow while the store is away', async () => {
    expect(await views.isUnknown('nobody')).toBe(true);
    expect(await views.isUnknown(id)).toBe(true);
    hear(1);
    expect(await views.isUnknown(id)).toBe(false);
    const { DaCapoError } = await import('@dacapo/contracts');
    const away = overriding(store, { workflow: () => Promise.reject(new DaCapoError('STORE_UNAVAILABLE', 'away')) });
    expect(await new Views(away, recent, house.journal).isUnknown('nobody')).toBe(false);
    const broken = overriding(store, { workflow: () => Promise.reject(new Error('broken')) });
    await expect(new Views(broken, recent, house.journal).isUnknown('nobody')).rejects.toThrow('broken');
  });

  it('go back to any event: the workflow as it was then', async () => {
    expect((await views.at(id, 1))?.workflow).toMatchObject({ seq: 1, status: 'RUNNING' });
    expect((await views.at(id, 1))?.tasks).toEqual([]);
    expect((await views.at(id, 2))?.tasks).toMatchObject([{ status: 'SCHEDULED', ready: true }]);
    expect((await views.at(id, 3))?.tasks).toMatchObject([{ status: 'IN_PROGRESS' }]);
    expect((await views.at(id, last()))?.tasks).toMatchObject([{ status: 'COMPLETED' }, { status: 'SCHEDULED' }]);
    for (const seq of [0, -1, last() + 1]) expect(await views.at(id, seq)).toBeUndefined();
  });

  it('tell the events in order, and where they lie', async () => {
    hear(1);
    expect((await views.events(id)).map(({ event }) => event)).toEqual(house.eventsOf(id));
    const offsets = house.events.filter(({ event }) => event.workflowId === id).map(({ offset }) => offset);
    expect(await views.range(id)).toEqual({ from: offsets[0], to: offsets.at(-1) });
  });

  it('find by a search of the store', async () => {
    await project();
    const page = await views.search({
      conditions: [{ field: 'workflowId', values: [id] }],
      sort: [],
      start: 0,
      size: 9,
    });
    expect(page).toMatchObject({ totalHits: 1, results: [{ workflowId: id }] });
  });

  it('show at least what was answered, though the projection passes by while the store is read (I24)', async () => {
    await project();
    await house.complete(id, 'b');
    const taskId = house.taskId(id, 'b');
    hear(6);
    // The reader is slow: its answer is of before the write, and arrives after the write and its word to the recent events.
    const slow = overriding(store, {
      workflow: async (of) => passedBy(await store.workflow(of)),
      task: async (of) => passedBy(await store.task(of)),
      tasksOf: async (of) => passedBy(await store.tasksOf(of)),
    });
    let isFirst = true;
    const passedBy = async <T>(read: T): Promise<T> => {
      if (isFirst) await project();
      if (isFirst) recent.projected(0, await house.journal.end(0));
      isFirst = false;
      return read;
    };
    views = new Views(slow, recent, house.journal);
    expect(await views.task(taskId)).toMatchObject({ status: 'COMPLETED' });
  });

  it('show whole executions though the projection passes by while the store is read', async () => {
    await project();
    await house.complete(id, 'b');
    hear(6);
    const slow = overriding(store, {
      workflow: async (of) => {
        const read = await store.workflow(of);
        await project();
        recent.projected(0, await house.journal.end(0));
        return read;
      },
    });
    const execution = await new Views(slow, recent, house.journal).execution(id);
    expect(execution).toMatchObject({
      workflow: { seq: last(), status: 'COMPLETED' },
      tasks: [{}, { status: 'COMPLETED' }],
    });
    hear(6);
    expect(await new Views(slow, recent, house.journal).workflow(id)).toMatchObject({ seq: last() });
  });
});

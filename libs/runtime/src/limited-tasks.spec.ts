import { partitionOf, type TaskDocument } from '@dacapo/contracts';
import { limitIdOf } from '@dacapo/engine';
import { sha256 } from '@dacapo/ports-testing';

import { aTaskDef, aWorkflowDef, simple } from './testing/definitions.js';
import { House } from './testing/house.js';
import { auditLimits } from './testing/limit-audit.js';
import { snapshotsApart, TemporaryStore } from './testing/temporary-store.js';

/** What the gateway makes of the log comes a little after the log. */
async function eventually(holds: () => boolean): Promise<void> {
  for (const until = Date.now() + 5000; Date.now() < until && !holds();)
    await new Promise((resolve) => setImmediate(resolve));
  expect(holds()).toBe(true);
}

const limitOf = (name: string): string => limitIdOf(sha256, 'task', name);

describe('A22 limited tasks', () => {
  let store: TemporaryStore;
  let house: House;
  let tests = 0;

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  beforeEach(async () => {
    tests += 1;
    const shared = { readStore: store.readStore, snapshots: snapshotsApart(store.snapshots, tests * 10) };
    house = await House.open({ partitionCount: 4, store: shared });
    await house.start();
  });

  afterEach(async () => {
    auditLimits(house.events.map(({ event }) => event));
    await house.close();
  });

  const poll = (timeoutMs = 0, queue = 'a', count = 1): Promise<readonly TaskDocument[]> =>
    house.gateway.poller.poll({ queue, workerId: 'w', count, timeoutMs });
  const define = (fields: object, name = 'a'): Promise<string> =>
    house.define([aWorkflowDef(`wf-${name}`, [simple(name)])], [aTaskDef(name, { ...fields })]);
  /** One workflow in each partition. */
  const begin = (digest: string, count = 4): Promise<readonly string[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => house.begin(digest, n % 4)));
  const complete = (task: TaskDocument | undefined): Promise<unknown> =>
    house.ask('CompleteTask', task?.workflowId ?? '', { taskId: task?.taskId ?? '' });
  const ready = (count: number): Promise<void> => eventually(() => house.gateway.ready.size('a') >= count);
  const seen = (id: string, type: string, count = 1): Promise<void> =>
    house.until(() => house.typesOf(id).filter((each) => each === type).length >= count);

  it('are handed out up to concurrentExecLimit over all partitions, the next when one has ended', async () => {
    const digest = await define({ concurrentExecLimit: 2 });
    await begin(digest);
    await ready(4);
    const first = await poll();
    const second = await poll();
    expect([...first, ...second]).toHaveLength(2);
    expect(await poll()).toEqual([]);
    const waiting = poll(5000);
    await seen(limitOf('a'), 'PermitQueued', 2);
    await complete(first[0]);
    const third = await waiting;
    expect(third).toMatchObject([{ status: 'IN_PROGRESS', workerId: 'w' }]);
    expect(new Set([...first, ...second, ...third].map(({ taskId }) => taskId)).size).toBe(3);
  });

  it('come many at a time to a poll that wants many', async () => {
    const digest = await define({ concurrentExecLimit: 3 });
    await begin(digest, 8);
    await ready(8);
    const tasks = await poll(5000, 'a', 8);
    await seen(limitOf('a'), 'PermitGranted', 3);
    expect(tasks.length).toBeGreaterThanOrEqual(1);
    expect(tasks.length).toBeLessThanOrEqual(3);
  });

  it('leave the ready index while they wait, and an empty poll does not wait for them', async () => {
    const digest = await define({ concurrentExecLimit: 1 });
    await begin(digest);
    await ready(4);
    await poll();
    expect(await poll()).toEqual([]);
    expect(await poll()).toEqual([]);
    expect(await poll()).toEqual([]);
    expect(house.gateway.ready.size('a')).toBe(0);
    expect(await poll()).toEqual([]);
  });

  it('are released by a poll that has gone', async () => {
    const digest = await define({ concurrentExecLimit: 1 });
    const [id = ''] = await begin(digest, 1);
    await ready(1);
    let abort: (() => void) | undefined;
    const gone = house.gateway.poller.poll({ queue: 'a', workerId: 'w', count: 1, timeoutMs: 5000 }, (given) => {
      abort = given;
    });
    while (abort === undefined) await Promise.resolve();
    abort();
    expect(await gone).toEqual([]);
    await seen(id, 'TaskProgressed');
    await seen(limitOf('a'), 'PermitReleased');
    expect(await poll()).toHaveLength(1);
  });

  it('keep to rateLimitPerFrequency in any window', async () => {
    const digest = await define({ rateLimitPerFrequency: 2, rateLimitFrequencyInSeconds: 10 });
    await begin(digest);
    await ready(4);
    await complete((await poll())[0]);
    house.clock.advance(4000);
    await complete((await poll())[0]);
    expect(await poll()).toEqual([]);
    house.clock.advance(5000);
    expect(await poll()).toEqual([]);
    house.clock.advance(1000);
    await seen(limitOf('a'), 'PermitOffered');
    await ready(1);
    expect(await poll()).toHaveLength(1);
    expect(await poll()).toEqual([]);
  });

  it('are counted by the definition as it is now, not as it was at the start', async () => {
    const digest = await define({});
    await begin(digest);
    await ready(4);
    await define({ concurrentExecLimit: 1 });
    const [task] = await poll();
    expect(await poll()).toEqual([]);
    // The next to ask brings the new limit.
    await define({ concurrentExecLimit: 3 });
    await complete(task);
    await ready(1);
    expect(await poll()).toHaveLength(1);
    await ready(2);
    expect(await poll(5000, 'a', 2)).toHaveLength(2);
  });

  it('are not promised to a parked poll when the definition has become limited', async () => {
    const digest = await define({});
    await define({ concurrentExecLimit: 1 });
    const polls = [poll(5000), poll(5000)];
    const ids = await begin(digest, 2);
    await house.until(() => ids.some((id) => house.typesOf(id).includes('TaskStarted')));
    const [first] = await Promise.race(polls);
    await seen(limitOf('a'), 'PermitQueued');
    await complete(first);
    expect((await Promise.all(polls)).flat()).toHaveLength(2);
  });

  it('do not hold up ten other limited types and an unlimited one', async () => {
    const names = Array.from({ length: 10 }, (_, n) => `t${n}`);
    for (const name of names) await begin(await define({ concurrentExecLimit: 1 }, name), 2);
    await begin(await define({}, 'free'), 6);
    await eventually(() => names.every((name) => house.gateway.ready.size(name) >= 2));
    const taken = await Promise.all(names.map((name) => poll(0, name)));
    expect(taken.flat()).toHaveLength(10);
    expect((await Promise.all(names.map((name) => poll(0, name)))).flat()).toEqual([]);
    expect(await poll(0, 'free', 6)).toHaveLength(6);
    expect(new Set(names.map((name) => partitionOf(limitOf(name), 4))).size).toBeGreaterThan(1);
  });

  it('leave no document of their limit, and its log is proved like a workflow’s', async () => {
    // The projection writes: not into the store of the others.
    await house.close();
    house = await House.open({ partitionCount: 4 });
    await house.start();
    const digest = await define({ concurrentExecLimit: 1 });
    await begin(digest);
    await ready(4);
    const [task] = await poll();
    await poll();
    await complete(task);
    await seen(limitOf('a'), 'PermitReleased');
    await house.projection.start(() => undefined);
    await eventually(() => house.gateway.unprojected === 0);
    expect(await house.readStore.workflow(limitOf('a'))).toBeUndefined();
    expect(await house.gateway.views.workflow(limitOf('a'))).toBeUndefined();
    const report = await house.verify(limitOf('a'));
    expect(report).toMatchObject({ valid: true, violations: [], documents: 0 });
    expect(report.replayed).toBeGreaterThanOrEqual(3);
    await house.projection.stop();
  });

  it('keep their permits when the process dies', async () => {
    const digest = await define({ concurrentExecLimit: 1 });
    await begin(digest);
    await ready(4);
    const [task] = await poll();
    await house.die();
    await house.start();
    await ready(3);
    expect(await poll()).toEqual([]);
    await complete(task);
    await ready(1);
    expect(await poll()).toHaveLength(1);
  });
});

describe('A22 workflows with a rateLimitConfig', () => {
  let house: House;

  beforeEach(async () => {
    house = await House.open({ partitionCount: 4 });
    await house.start();
  });

  afterEach(async () => {
    auditLimits(house.events.map(({ event }) => event));
    await house.close();
  });

  const rated = (policy: string): Promise<string> => {
    const rateLimitConfig = { rateLimitKey: '${workflow.input.user}', concurrentExecLimit: 1, policy };
    return house.define([aWorkflowDef('rated', [simple('a')], { rateLimitConfig })], [aTaskDef('a')]);
  };

  it('begin one after the other for one key, side by side for different ones', async () => {
    const digest = await rated('QUEUE');
    const first = await house.begin(digest, 0, { user: 'ada' });
    await house.event(first, 'TaskScheduled');
    const second = await house.begin(digest, 1, { user: 'ada' });
    const other = await house.begin(digest, 2, { user: 'bob' });
    await house.event(other, 'TaskScheduled');
    expect(await house.gateway.views.workflow(second)).toMatchObject({
      status: 'RUNNING',
      rateLimited: true,
      rateLimitKey: 'ada',
    });
    await house.complete(first, 'a');
    await house.event(second, 'TaskScheduled');
    expect((await house.gateway.views.workflow(second))?.rateLimited).toBeUndefined();
  });

  it('fail when they are not to wait', async () => {
    const digest = await rated('REJECT');
    const first = await house.begin(digest, 0, { user: 'ada' });
    await house.event(first, 'TaskScheduled');
    const second = await house.begin(digest, 1, { user: 'ada' });
    await house.event(second, 'WorkflowFailed');
    await house.ask('TerminateWorkflow', first, {});
    const third = await house.begin(digest, 1, { user: 'ada' });
    await house.event(third, 'TaskScheduled');
    expect((await house.verify(second)).violations).toEqual([]);
  });

  it('go on at once when they are retried; who starts waits for them too', async () => {
    const digest = await rated('QUEUE');
    const first = await house.begin(digest, 0, { user: 'ada' });
    await house.event(first, 'TaskScheduled');
    const second = await house.begin(digest, 1, { user: 'ada' });
    await house.ask('TerminateWorkflow', first, {});
    await house.event(second, 'TaskScheduled');
    await house.ask('RetryWorkflow', first, {});
    await house.event(first, 'RetryScheduled');
    const third = await house.begin(digest, 2, { user: 'ada' });
    await house.complete(second, 'a');
    await house.event(second, 'PermitReturned');
    expect((await house.gateway.views.workflow(third))?.rateLimited).toBe(true);
    await house.complete(first, 'a');
    await house.event(third, 'TaskScheduled');
    expect((await house.verify(first)).violations).toEqual([]);
  });
});

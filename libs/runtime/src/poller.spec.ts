import type { TaskDocument } from '@dacapo/contracts';

import { limits } from './limits.js';
import { aTaskDef, aWorkflowDef, fork, join, simple } from './testing/definitions.js';
import { House } from './testing/house.js';
import { snapshotsApart, TemporaryStore } from './testing/temporary-store.js';

describe('Poller', () => {
  let store: TemporaryStore;
  let house: House;
  let digest: string;
  let tests = 0;

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  beforeEach(async () => {
    tests += 1;
    const shared = { readStore: store.readStore, snapshots: snapshotsApart(store.snapshots, tests * 10) };
    house = await House.open({ partitionCount: 1, store: shared });
    await house.start();
    digest = await house.define([aWorkflowDef('wf', [simple('a')])]);
  });

  afterEach(() => house.close());

  type Request = { count?: number; timeoutMs?: number; workerId?: string; queue?: string; domain?: string };
  const poll = (request: Request = {}, onParked?: (abort: () => void) => void): Promise<readonly TaskDocument[]> =>
    house.gateway.poller.poll({ queue: 'a', workerId: 'w', count: 1, timeoutMs: 0, ...request }, onParked);
  /** A poll that waits: it has parked when this resolves. */
  const parked = async (
    request: Request = {},
  ): Promise<{ tasks: Promise<readonly TaskDocument[]>; abort: () => void }> => {
    let abort: () => void = () => undefined;
    let tasks: Promise<readonly TaskDocument[]> | undefined;
    await new Promise<void>((resolve) => {
      tasks = poll({ timeoutMs: 5_000, ...request }, (given) => {
        abort = given;
        resolve();
      });
    });
    return { tasks: tasks as Promise<readonly TaskDocument[]>, abort };
  };
  const isStarted = (id: string, count = 1): boolean =>
    house.typesOf(id).filter((type) => type === 'TaskStarted').length >= count;

  it('claims what is ready and gives the task as it is then', async () => {
    const id = await house.begin(digest);
    expect(await poll()).toMatchObject([
      { workflowId: id, status: 'IN_PROGRESS', workerId: 'w', ready: false, pollCount: 1 },
    ]);
    expect(await poll()).toEqual([]);
  });

  it('claims many together, no more than it was asked for', async () => {
    for (let n = 0; n < 5; n++) await house.begin(digest);
    const appends = house.journal.appends;
    expect(await poll({ count: 3 })).toHaveLength(3);
    expect(house.journal.appends - appends).toBe(1);
    expect(await poll({ count: limits.pollCount + 1 })).toHaveLength(2);
  });

  it('makes up for claims that somebody else won', async () => {
    const ids = [await house.begin(digest), await house.begin(digest), await house.begin(digest)];
    const [rival = ''] = ids;
    // The rival's claim stands in the log in front of ours; the index does not know of it yet.
    const taskId = house.taskId(rival, 'a');
    const claims = house.ask('ClaimTask', rival, { taskId, workerId: 'rival' });
    const tasks = await poll({ count: 2 });
    await claims;
    expect(tasks.map(({ workflowId }) => workflowId)).toEqual(ids.slice(1));
  });

  it('gives back what it could not claim because the journal failed', async () => {
    await house.begin(digest);
    house.journal.sendFaults.push('refused');
    // The first claim is lost, the task is ready again, and the same poll tries it once more.
    expect(await poll()).toHaveLength(1);
  });

  it('does not wait when nobody wants to wait', async () => {
    expect(await poll()).toEqual([]);
    expect(house.gateway.poller.pollData()).toMatchObject([
      { queueName: 'a', workerId: 'w', lastPollTime: house.clock.now() },
    ]);
  });

  it('waits until its time is up, and no longer than is allowed', async () => {
    const begin = house.clock.now();
    for (const [timeoutMs, after] of [
      [700, 700],
      [60_000, limits.pollMs],
    ] as const) {
      const { tasks } = await parked({ timeoutMs });
      let isOver = false;
      void tasks.then(() => (isOver = true));
      const from = house.clock.now();
      house.clock.advance(after - 1);
      await turn();
      expect(isOver).toBe(false);
      house.clock.advance(1);
      expect(await tasks).toEqual([]);
      expect(house.clock.now() - from).toBe(after);
    }
    expect(house.clock.now()).toBeGreaterThan(begin);
  });

  it('is woken by the event that brings its task', async () => {
    const { tasks } = await parked();
    const id = await house.begin(digest);
    expect(await tasks).toMatchObject([{ workflowId: id, status: 'IN_PROGRESS' }]);
  });

  it('is woken by a task that is delayed first', async () => {
    const delayed = await house.define(
      [aWorkflowDef('delayed', [simple('d')])],
      [aTaskDef('d', { retryCount: 1, retryDelaySeconds: 2, retryLogic: 'FIXED' })],
    );
    const id = await house.begin(delayed);
    const taskId = house.taskId(id, 'd');
    await house.ask('ClaimTask', id, { taskId, workerId: 'w' });
    const { tasks } = await parked({ queue: 'd' });
    await house.ask('FailTask', id, { taskId });
    house.clock.advance(2_000);
    expect(await tasks).toMatchObject([{ workflowId: id, retryCount: 1, status: 'IN_PROGRESS' }]);
    expect(house.typesOf(id).slice(-2)).toEqual(['TaskOffered', 'TaskStarted']);
  });

  it.each([0, 2])(
    'gets the task that a worker puts back into the queue (callback after %d s)',
    async (callbackAfterSeconds) => {
      const id = await house.begin(digest);
      const [task] = await poll();
      const { tasks } = await parked();
      await house.ask('ProgressTask', id, { taskId: task?.taskId ?? '', callbackAfterSeconds });
      house.clock.advance(callbackAfterSeconds * 1_000);
      expect(await tasks).toMatchObject([{ taskId: task?.taskId, status: 'IN_PROGRESS', pollCount: 2 }]);
    },
  );

  it('ends when its client aborts; what had been promised goes back to the queue', async () => {
    const { tasks, abort } = await parked();
    const begun = house.begin(digest);
    abort();
    expect(await tasks).toEqual([]);
    const id = await begun;
    await house.until(() => house.typesOf(id).includes('TaskScheduled'));
    await turn();
    expect(await poll()).toMatchObject([{ workflowId: id }]);
  });

  it('aborted in the middle of its claims puts back what it still wins', async () => {
    const { tasks, abort } = await parked();
    const { ready } = house.gateway;
    // A task becomes ready without a grant, so the poll claims it; its client goes before the answer.
    const grant = ready.grant.bind(ready);
    ready.grant = () => undefined;
    const start = house.startCommand(digest);
    const claimed = new Promise<void>((resolve) => {
      const send = house.journal.send.bind(house.journal);
      house.journal.send = (commands) => {
        const sent = send(commands);
        if (commands[0]?.type === 'ClaimTask') {
          abort();
          resolve();
        }
        return sent;
      };
    });
    await house.gateway.answers.ask(start);
    await claimed;
    ready.grant = grant;
    expect(await tasks).toEqual([]);
    await house.until(() => isStarted(start.workflowId));
    await house.event(start.workflowId, 'TaskProgressed');
    await turn();
    expect(await poll()).toMatchObject([{ workflowId: start.workflowId }]);
  });

  it('outlives its time for a task that it was promised', async () => {
    const { tasks } = await parked({ timeoutMs: 1_000 });
    let open: () => void = () => undefined;
    house.journal.gate = new Promise((resolve) => (open = resolve));
    // The decision has taken the grant; it becomes durable after the poll's end.
    const begun = house.begin(digest);
    await turn();
    house.clock.advance(1_000);
    open();
    const id = await begun;
    expect(await tasks).toMatchObject([{ workflowId: id }]);
  });

  it('does not outlive its time by more than that', async () => {
    const { tasks } = await parked({ timeoutMs: 1_000 });
    house.gateway.ready.grant('a', [undefined]);
    house.clock.advance(1_000 + limits.promiseMs - 1);
    let isOver = false;
    void tasks.then(() => (isOver = true));
    await turn();
    expect(isOver).toBe(false);
    house.clock.advance(1);
    expect(await tasks).toEqual([]);
  });

  it('ends at its time when its claims come back empty then', async () => {
    const { tasks } = await parked({ timeoutMs: 1_000 });
    const { ready } = house.gateway;
    ready.grant = () => undefined;
    const start = house.startCommand(digest);
    const send = house.journal.send.bind(house.journal);
    house.journal.send = async (commands) => {
      const [first] = commands;
      if (first?.type !== 'ClaimTask') return send(commands);
      // The rival is first, and the poll's time is over before the answer.
      house.journal.send = send;
      const { workflowId, data } = first;
      await send([house.command('ClaimTask', workflowId, { ...data, workerId: 'rival' })]);
      const sent = send(commands);
      house.clock.advance(1_000);
      return sent;
    };
    await house.gateway.answers.ask(start);
    expect(await tasks).toEqual([]);
    expect(house.stateOf(start.workflowId).tasks['a']).toMatchObject({ workerId: 'rival' });
  });

  it('takes no more than it wants when tasks are promised while it claims', async () => {
    const { tasks } = await parked();
    const { ready } = house.gateway;
    const grant = ready.grant.bind(ready);
    ready.grant = () => undefined;
    const send = house.journal.send.bind(house.journal);
    house.journal.send = async (commands) => {
      if (commands[0]?.type !== 'ClaimTask') return send(commands);
      house.journal.send = send;
      // While the claim is under way another task is scheduled, and the lane asks for a parked poll.
      ready.grant = grant;
      return send([house.startCommand(digest), ...commands]);
    };
    await house.begin(digest);
    expect(await tasks).toHaveLength(1);
    await turn();
    expect(await poll({ count: 9 })).toHaveLength(1);
  });

  it('looks once more when it has parked', async () => {
    const { ready } = house.gateway;
    const take = ready.take.bind(ready);
    const id = await house.begin(digest);
    ready.take = () => {
      ready.take = take;
      return [];
    };
    expect(await poll({ timeoutMs: 1_000 })).toMatchObject([{ workflowId: id }]);
  });

  it("fails, and is nobody's poll any more, when its claims fail for good", async () => {
    const { tasks } = await parked();
    const { ready, answers } = house.gateway;
    const grant = ready.grant.bind(ready);
    ready.grant = () => undefined;
    const askAll = answers.askAll.bind(answers);
    answers.askAll = (commands) => {
      if (commands[0]?.type !== 'ClaimTask') return askAll(commands);
      answers.askAll = askAll;
      return commands.map(() => Promise.reject(new Error('a defect')));
    };
    const outcome = tasks.catch(String);
    await house.begin(digest);
    expect(await outcome).toContain('a defect');
    ready.grant = grant;
    expect(ready.grant('a', [undefined])).toBeUndefined();
    expect(await poll()).toHaveLength(1);
  });

  it('gathers all that one decision starts for it', async () => {
    const forked = await house.define([
      aWorkflowDef('forked', [
        fork('f', [simple('x', { name: 'a' })], [simple('y', { name: 'a' })], [simple('z', { name: 'a' })]),
        join('j', ['x', 'y', 'z']),
      ]),
    ]);
    const { tasks } = await parked({ count: 2 });
    const id = await house.begin(forked);
    expect((await tasks).map(({ referenceTaskName }) => referenceTaskName)).toEqual(['x', 'y']);
    expect(await poll({ count: 5 })).toMatchObject([{ referenceTaskName: 'z', workflowId: id }]);
  });

  it('remembers so many workers and no more', async () => {
    for (let n = 0; n <= limits.pollData; n++) await poll({ workerId: `w${n}` });
    const names = house.gateway.poller.pollData().map(({ workerId }) => workerId);
    expect([names.length, names[0]]).toEqual([limits.pollData, 'w1']);
  });

  it('A21 a task with several domains is claimed or granted in one of them, and its history can be decided again', async () => {
    const start = { definition: digest, name: 'wf', version: 1, input: {}, taskToDomain: { a: 'green,blue' } };
    const first = house.workflowId();
    await house.ask('StartWorkflow', first, start);
    expect(await poll({ domain: 'blue' })).toMatchObject([{ workflowId: first, domain: 'blue' }]);
    const second = house.workflowId();
    const { tasks } = await parked({ domain: 'green' });
    await house.ask('StartWorkflow', second, start);
    expect(await tasks).toMatchObject([{ workflowId: second, domain: 'green' }]);
    for (const id of [first, second]) expect(await house.verify(id)).toMatchObject({ valid: true });
  });
});

async function turn(count = 10): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
}

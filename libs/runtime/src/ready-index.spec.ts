import { type EventData, type EventType, sealEvent, type TaskDocument } from '@dacapo/contracts';
import { type StoredEvent } from '@dacapo/ports';
import { aTask, sha256 } from '@dacapo/ports-testing';

import { type ParkedPoll, ReadyIndex } from './ready-index.js';

describe('ReadyIndex', () => {
  let index: ReadyIndex;
  let orphans: TaskDocument[];
  let unknown: string[];
  let seq: number;
  let now: number;

  beforeEach(() => {
    orphans = [];
    unknown = [];
    seq = 1;
    now = 100_000;
    index = new ReadyIndex(
      (task) => orphans.push(task),
      (taskId) => unknown.push(taskId),
      (pollId) => pollId.startsWith('own'),
      () => now,
    );
  });

  const event = <T extends EventType>(type: T, data: EventData<T>): void => {
    const header = { workflowId: 'w', seq: ++seq, time: seq, causation: '0:1', epoch: 1, previousHash: '' };
    const stored: StoredEvent = { ...sealEvent(type, data, header, sha256), offset: seq };
    index.onEvent(stored, 0);
  };
  const scheduled = (taskId: string, changes: Partial<EventData<'TaskScheduled'>> = {}): void => {
    const names = { referenceTaskName: taskId, taskType: 'SIMPLE', taskDefName: 'a', queue: 'a' };
    event('TaskScheduled', { taskId, ...names, taskSeq: 1, input: {}, ...changes });
  };
  const taken = (count = 100, domain?: string): string[] => index.take('a', domain, count).map(({ taskId }) => taskId);
  const aPoll = (changes: Partial<ParkedPoll> = {}): ParkedPoll & { tasks: TaskDocument[]; calls: number } => {
    const poll = {
      pollId: 'own-1',
      queue: 'a',
      domain: undefined,
      workerId: 'w',
      wanted: 1,
      promised: 0,
      tasks: [] as TaskDocument[],
      calls: 0,
      onTask: (task: TaskDocument) => void poll.tasks.push(task),
      onWithdrawn: () => undefined,
      onReady: () => void poll.calls++,
      ...changes,
    };
    index.park(poll);
    return poll;
  };

  describe('tasks', () => {
    it('come highest priority first, then oldest', () => {
      for (const [id, workflowPriority] of [
        ['t1', 0],
        ['t2', 9],
        ['t3', 0],
        ['t4', 9],
      ] as const)
        scheduled(id, { workflowPriority });
      expect(taken(3)).toEqual(['t2', 't4', 't1']);
      expect(taken()).toEqual(['t3']);
      expect(taken()).toEqual([]);
    });

    it('lie in queues by type and domain', () => {
      scheduled('plain');
      scheduled('domain', { domain: 'd' });
      scheduled('other', { queue: 'b' });
      expect([index.size('a'), index.size('a', 'd'), index.size('b'), index.size('c')]).toEqual([1, 1, 1, 0]);
      expect(index.sizes()).toEqual(
        new Map([
          ['a', 1],
          ['d:a', 1],
          ['b', 1],
        ]),
      );
      expect([taken(), taken(9, 'd'), taken(9, 'e')]).toEqual([['plain'], ['domain'], []]);
    });

    it("of the server are nobody's", () => {
      scheduled('t', { queue: undefined as never });
      expect(index.get('t')).toBeUndefined();
    });

    it('with Kafka delivery are not offered', () => {
      scheduled('t', { delivery: 'kafka' });
      index.add(aTask('t2', 'w', { queue: 'a', delivery: 'kafka' }));
      expect(taken()).toEqual([]);
    });

    it('that are delayed are offered when their time has come', () => {
      scheduled('t', { timers: { offer: 99 } });
      expect(taken()).toEqual([]);
      event('TaskOffered', { taskId: 't' });
      expect(taken()).toEqual(['t']);
    });

    it('leave when somebody else has started or ended them', () => {
      for (const id of ['t1', 't2', 't3']) scheduled(id);
      event('TaskStarted', { taskId: 't1', workerId: 'w' });
      event('TaskCanceled', { taskId: 't2' });
      expect(index.size('a')).toBe(1);
      expect(taken()).toEqual(['t3']);
    });

    it('leave when they are removed, and do not come back from the read model', () => {
      for (const id of ['t1', 't2', 't3']) scheduled(id);
      event('TasksRemoved', { taskIds: ['t1', 'unknown', 't3'] });
      index.add(aTask('t4', 'w', { queue: 'a', seq: 99, isRemoved: true }));
      expect(taken()).toEqual(['t2']);
      expect(index.get('t1')).toBeUndefined();
    });

    it('come back by giveBack only while nobody has them', () => {
      scheduled('t1');
      scheduled('t2');
      expect(taken()).toEqual(['t1', 't2']);
      event('TaskStarted', { taskId: 't1', workerId: 'w' });
      for (const id of ['t1', 't2', 'never seen']) index.giveBack(id);
      expect(taken()).toEqual(['t2']);
    });

    it('of the read model are entered unless the index knows more', () => {
      index.add(aTask('t1', 'w', { queue: 'a', seq: 5 }));
      index.add(aTask('t1', 'w', { queue: 'a', seq: 4, ready: false }));
      expect(taken()).toEqual(['t1']);
      index.add(aTask('t2', 'w', { queue: 'a', ready: false }));
      expect(taken()).toEqual([]);
    });

    it('of the read model ignore the events that they contain already', () => {
      index.add(aTask('t', 'w', { queue: 'a', seq: 50 }));
      event('TaskCanceled', { taskId: 't' });
      expect(taken()).toEqual(['t']);
    });

    it('that get their queue later are asked for then', () => {
      scheduled('t', { queue: undefined as never });
      expect(index.get('t')).toBeUndefined();
      event('TaskQueued', { taskId: 't', queue: 'a', input: {} });
      expect(unknown).toEqual(['t']);
    });

    it('that are unknown are asked for when they are offered again', () => {
      event('TaskOffered', { taskId: 't1' });
      event('TaskProgressed', { taskId: 't2', status: 'SCHEDULED' });
      event('TaskProgressed', { taskId: 't3', status: 'IN_PROGRESS' });
      event('TaskCompleted', { taskId: 't4', status: 'COMPLETED' });
      expect(unknown).toEqual(['t1', 't2']);
    });
  });

  describe('parked polls', () => {
    it('are woken when tasks of their type are ready, after the whole batch', () => {
      const [poll, other] = [aPoll(), aPoll({ pollId: 'own-2', queue: 'b' })];
      scheduled('t');
      expect(poll.calls).toBe(0);
      index.onBatchEnd();
      expect([poll.calls, other.calls]).toEqual([1, 0]);
      index.onBatchEnd();
      expect(poll.calls).toBe(1);
    });

    it('are not woken for what is delayed, or when they have what they want', () => {
      const poll = aPoll({ wanted: 0 });
      scheduled('t1', { timers: { offer: 99 } });
      index.onBatchEnd();
      scheduled('t2');
      index.onBatchEnd();
      expect(poll.calls).toBe(0);
    });

    it('are woken by a task of the read model, and by one that is given back', () => {
      const poll = aPoll();
      index.add(aTask('t', 'w', { queue: 'a' }));
      expect(poll.calls).toBe(1);
      taken();
      index.giveBack('t');
      expect(poll.calls).toBe(2);
    });

    it('get the tasks that a decision starts for them', () => {
      const poll = aPoll({ wanted: 2 });
      expect(index.grant('a', [undefined])).toEqual({ taskType: 'a', workerId: 'w', pollId: 'own-1' });
      expect(poll.promised).toBe(1);
      scheduled('t');
      event('TaskStarted', { taskId: 't', workerId: 'w', pollId: 'own-1' });
      index.onBatchEnd();
      expect(poll).toMatchObject({ wanted: 1, promised: 0, calls: 0, tasks: [{ taskId: 't', status: 'IN_PROGRESS' }] });
      expect(taken()).toEqual([]);
    });

    it('are granted no more than they want, the first that came first', () => {
      aPoll({ pollId: 'own-1', wanted: 2 });
      aPoll({ pollId: 'own-2' });
      const grants = Array.from({ length: 4 }, () => index.grant('a', [undefined])?.pollId);
      expect(grants).toEqual(['own-1', 'own-1', 'own-2', undefined]);
    });

    it('are granted tasks of their domain only', () => {
      aPoll({ domain: 'd' });
      expect(index.grant('a', [undefined])).toBeUndefined();
      expect(index.grant('a', ['d'])).toMatchObject({ domain: 'd' });
    });

    it('that have gone leave an orphan, if they were of this process', () => {
      const poll = aPoll();
      index.leave(poll);
      for (const [id, pollId] of [
        ['t1', 'own-1'],
        ['t2', 'of another process'],
      ] as const) {
        scheduled(id);
        event('TaskStarted', { taskId: id, workerId: 'w', pollId });
      }
      expect(orphans).toMatchObject([{ taskId: 't1', status: 'IN_PROGRESS' }]);
      expect(poll.tasks).toEqual([]);
    });

    it('get the task that goes back to its queue and is started for them in the same decision', () => {
      scheduled('t');
      event('TaskStarted', { taskId: 't', workerId: 'w1' });
      const poll = aPoll();
      index.grant('a', [undefined]);
      event('TaskProgressed', { taskId: 't', status: 'SCHEDULED' });
      event('TaskStarted', { taskId: 't', workerId: 'w', pollId: 'own-1' });
      index.onBatchEnd();
      // Started tasks are not kept: the document is asked for, and goes to the poll when it is there.
      expect(unknown).toContain('t');
      index.add(aTask('t', 'w', { queue: 'a', seq, status: 'IN_PROGRESS', ready: false }));
      expect(poll).toMatchObject({ promised: 0, tasks: [{ taskId: 't', status: 'IN_PROGRESS' }] });
      index.add(aTask('t', 'w', { queue: 'a', seq, status: 'IN_PROGRESS', ready: false }));
      expect(poll.tasks).toHaveLength(1);
      expect(taken()).toEqual([]);
    });

    it('that have gone meanwhile leave an orphan of that kind too', () => {
      const poll = aPoll();
      index.grant('a', [undefined]);
      event('TaskOffered', { taskId: 't' });
      event('TaskStarted', { taskId: 't', workerId: 'w', pollId: 'own-1' });
      index.leave(poll);
      index.add(aTask('t', 'w', { queue: 'a', seq, status: 'IN_PROGRESS', ready: false }));
      expect(orphans).toMatchObject([{ taskId: 't' }]);
    });
  });

  it('keeps only the queues that it is told to keep, whichever way their tasks come', () => {
    index = new ReadyIndex(
      (task) => orphans.push(task),
      (taskId) => unknown.push(taskId),
      () => false,
      () => 0,
      (queue) => queue === 'a',
    );
    scheduled('mine');
    scheduled('other', { queue: 'b' });
    index.add({ ...aTask('read', 'w'), queue: 'a', status: 'SCHEDULED', ready: true });
    index.add({ ...aTask('read-other', 'w'), queue: 'b', status: 'SCHEDULED', ready: true });
    expect([...index.sizes()]).toEqual([['a', 2]]);
    expect(index.get('other')).toBeUndefined();
    event('TaskStarted', { taskId: 'other', workerId: 'w' });
    expect(unknown).toEqual([]);
    expect(taken().toSorted()).toEqual(['mine', 'read']);
  });

  describe('A21 tasks with several domains', () => {
    const domains = ['green', 'blue', 'NO_DOMAIN'];
    const several = (taskId: string, changes: Partial<EventData<'TaskScheduled'>> = {}): void =>
      scheduled(taskId, { domains, ...changes });
    const sizes = (): unknown => Object.fromEntries(index.sizes());

    it('are offered in the last when none is polled', () => {
      several('t1');
      expect(sizes()).toEqual({ a: 1 });
      expect([index.size('a'), index.size('a', 'green'), index.size('a', 'blue')]).toEqual([1, 0, 0]);
      expect(taken(9, 'blue')).toEqual([]);
      expect(taken()).toEqual(['t1']);
    });

    it('go to the first that was polled within ten seconds, also when it comes later than the task', () => {
      several('t1');
      index.polled('a', 'blue');
      expect(sizes()).toEqual({ 'blue:a': 1 });
      expect(taken()).toEqual([]);
      index.polled('a', 'green');
      expect(taken(9, 'blue')).toEqual([]);
      now += 10_000;
      expect(sizes()).toEqual({ 'green:a': 1 });
      now += 1;
      expect(sizes()).toEqual({ a: 1 });
      index.polled('a', 'blue');
      expect(taken(9, 'blue')).toEqual(['t1']);
    });

    it('a poll for another type says nothing', () => {
      several('t1');
      index.polled('b', 'green');
      expect(taken()).toEqual(['t1']);
    });

    it('stand in one row with those that have only that domain: priority, then age', () => {
      index.polled('a', 'blue');
      scheduled('t1', { domain: 'blue' });
      several('t2');
      scheduled('t3', { domain: 'blue' });
      several('t4', { workflowPriority: 5 });
      scheduled('t5', { domain: 'blue', workflowPriority: 5 });
      several('t6', { domains: ['blue', 'green'] });
      expect(taken(100, 'blue')).toEqual(['t4', 't5', 't1', 't2', 't3', 't6']);
    });

    it('leave when they are started or end, and come back when they are given back', () => {
      several('t1');
      several('t2');
      event('TaskStarted', { taskId: 't1', workerId: 'w', domain: '' });
      expect(index.size('a')).toBe(1);
      expect(taken()).toEqual(['t2']);
      index.giveBack('t2');
      expect(sizes()).toEqual({ a: 1 });
      event('TaskCanceled', { taskId: 't2' });
      expect(sizes()).toEqual({});
    });

    it('wake the polls of the domain that they are offered in', () => {
      index.polled('a', 'green');
      const polls = [aPoll({ domain: 'green' }), aPoll({ pollId: 'own-2', domain: 'blue' })];
      several('t1');
      index.onBatchEnd();
      expect(polls.map(({ calls }) => calls)).toEqual([1, 0]);
    });

    it('are promised to the first domain that is polled, even when only another has a poll parked', () => {
      index.polled('a', 'green');
      index.polled('a', 'blue');
      aPoll({ domain: 'blue' });
      expect(index.grant('a', ['green', 'blue', undefined])).toBeUndefined();
      now += 10_001;
      index.polled('a', 'blue');
      expect(index.grant('a', ['green', 'blue', undefined])).toMatchObject({ pollId: 'own-1', domain: 'blue' });
    });
  });
});

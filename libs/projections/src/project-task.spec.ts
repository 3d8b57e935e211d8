import type { Event, EventData, EventType, TaskDocument } from '@dacapo/contracts';

import { projectTask, taskOf, tasksOf } from './project-task.js';

let seq = 0;
function event<T extends EventType>(type: T, data: EventData<T>, time = 0): Event {
  seq += 1;
  return {
    type,
    version: 1,
    workflowId: 'w',
    seq,
    time,
    causation: '0:1',
    data,
    epoch: 1,
    hash: 'h',
  } as unknown as Event;
}

const base = {
  taskId: 't',
  referenceTaskName: 'a',
  taskType: 'charge',
  taskDefName: 'charge',
  taskSeq: 1,
  input: { x: 1 },
};
const scheduled = (more: Partial<EventData<'TaskScheduled'>> = {}): Event =>
  event('TaskScheduled', { ...base, queue: 'charge', ...more }, 10);
const claimed = (time = 20): Event => event('TaskStarted', { taskId: 't', workerId: 'w1' }, time);

function fold(...events: readonly Event[]): TaskDocument {
  let document: TaskDocument | undefined;
  for (const one of events) document = projectTask(document, one, { partition: 3, offset: one.seq });
  if (document === undefined) throw new Error('no events');
  return document;
}

beforeEach(() => {
  seq = 0;
});

describe('the task document', () => {
  it('begins when the task is scheduled', () => {
    const more = {
      workflowType: 'wf',
      definition: 'd',
      correlationId: 'c',
      workflowPriority: 4,
      domain: 'blue',
      delivery: 'kafka',
      responseTimeoutSeconds: 60,
    } as const;
    expect(fold(scheduled(more))).toMatchObject({
      ...base,
      ...more,
      workflowId: 'w',
      seq: 1,
      partition: 3,
      status: 'SCHEDULED',
      queue: 'charge',
      ready: true,
      scheduledTime: 10,
      startTime: 0,
      endTime: 0,
      updateTime: 10,
      retryCount: 0,
      pollCount: 0,
      retried: false,
      output: {},
    });
  });

  it('I22 is not ready before its time, and when no worker takes it', () => {
    expect(fold(scheduled({ delaySeconds: 5, timers: { offer: 5010 } }))).toMatchObject({
      ready: false,
      startDelayInSeconds: 5,
    });
    expect(fold(scheduled({ timers: { offer: 5010 } }), event('TaskOffered', { taskId: 't' })).ready).toBe(true);
    expect(fold(event('TaskScheduled', { ...base, status: 'IN_PROGRESS' }, 10))).toMatchObject({
      ready: false,
      status: 'IN_PROGRESS',
      startTime: 10,
    });
  });

  it('a WAIT for a word shows that it is never called back', () => {
    expect(fold(scheduled({ taskType: 'WAIT', status: 'IN_PROGRESS' })).callbackAfterSeconds).toBe(2_147_483_647);
    expect(
      fold(scheduled({ taskType: 'WAIT', status: 'IN_PROGRESS', timers: { wait: 99 } })).callbackAfterSeconds,
    ).toBe(0);
  });

  it('is claimed: the first start stays, polls are counted', () => {
    const again = event('TaskProgressed', { taskId: 't', status: 'SCHEDULED', callbackAfterSeconds: 3 }, 30);
    expect(fold(scheduled(), claimed(20))).toMatchObject({
      status: 'IN_PROGRESS',
      ready: false,
      workerId: 'w1',
      startTime: 20,
      firstStartTime: 20,
      pollCount: 1,
    });
    expect(fold(scheduled(), claimed(20), again, claimed(40))).toMatchObject({
      startTime: 20,
      pollCount: 2,
      callbackAfterSeconds: 0,
      updateTime: 40,
    });
  });

  it('a sub-workflow is started by nobody’s poll', () => {
    expect(
      fold(event('TaskScheduled', base), event('TaskStarted', { taskId: 't', subWorkflowId: 'c', child: {} })),
    ).toMatchObject({ subWorkflowId: 'c', pollCount: 0, status: 'IN_PROGRESS' });
  });

  it('goes back into its queue', () => {
    const back = (timers?: Readonly<Record<string, number>>): Event =>
      event('TaskProgressed', {
        taskId: 't',
        status: 'SCHEDULED',
        output: { half: 1 },
        ...(timers === undefined ? {} : { timers }),
      });
    expect(fold(scheduled(), claimed(), back())).toMatchObject({
      status: 'SCHEDULED',
      ready: true,
      output: { half: 1 },
    });
    expect(fold(scheduled(), claimed(), back({ offer: 99 })).ready).toBe(false);
  });

  it.each([
    ['TaskCompleted', { status: 'COMPLETED' }, 'COMPLETED'],
    ['TaskFailed', { status: 'FAILED_WITH_TERMINAL_ERROR' }, 'FAILED_WITH_TERMINAL_ERROR'],
    ['TaskTimedOut', {}, 'TIMED_OUT'],
    ['TaskTimedOut', { status: 'COMPLETED_WITH_ERRORS' }, 'COMPLETED_WITH_ERRORS'],
    ['TaskCanceled', {}, 'CANCELED'],
  ] as const)('%s with %j is %s', (type, data, status) => {
    const end = event(
      type,
      { taskId: 't', ...data, output: { y: 1 }, reasonForIncompletion: 'r', workerId: 'w2' } as EventData<typeof type>,
      50,
    );
    expect(fold(scheduled(), claimed(), end)).toMatchObject({
      status,
      endTime: 50,
      ready: false,
      output: { y: 1 },
      reason: 'r',
      workerId: 'w2',
    });
  });

  it('is marked when another attempt follows', () => {
    expect(fold(scheduled(), event('TaskFailed', { taskId: 't', status: 'FAILED', retried: true })).retried).toBe(true);
    expect(fold(scheduled(), event('TaskFailed', { taskId: 't', status: 'FAILED' })).retried).toBe(false);
  });

  it('the next attempt is a document of its own, with the reason carried over until its own result', () => {
    const next = event('RetryScheduled', {
      ...base,
      taskId: 't2',
      queue: 'charge',
      retriedTaskId: 't',
      retryCount: 1,
      reasonForIncompletion: 'r',
      delaySeconds: 5,
      timers: { offer: 9 },
    });
    expect(fold(next)).toMatchObject({
      taskId: 't2',
      retriedTaskId: 't',
      retryCount: 1,
      reason: 'r',
      startDelayInSeconds: 5,
      callbackAfterSeconds: 5,
      ready: false,
    });
    const done = event('TaskCompleted', { taskId: 't2', status: 'COMPLETED', output: {} });
    expect(fold(next, done).reason).toBeUndefined();
  });

  it('gathers the log lines of results and of the log command', () => {
    const line = (log: string) => ({ log, createdTime: 1 });
    const progress = event('TaskProgressed', { taskId: 't', status: 'SCHEDULED', logs: [line('a')] });
    const logged = event('TaskLogged', { taskId: 't', log: 'b' }, 7);
    const end = event('TaskCompleted', { taskId: 't', status: 'COMPLETED', logs: [line('c')] });
    expect(fold(scheduled(), progress, logged, end).logs).toEqual([line('a'), { log: 'b', createdTime: 7 }, line('c')]);
  });

  it('a JOIN is opened again', () => {
    const document = fold(
      event('TaskScheduled', { ...base, taskType: 'JOIN', status: 'IN_PROGRESS' }),
      event('TaskCanceled', { taskId: 't', reasonForIncompletion: 'r' }, 5),
      event('TaskReopened', { taskId: 't' }, 6),
    );
    expect(document).toMatchObject({ status: 'IN_PROGRESS', endTime: 0, updateTime: 6 });
    expect(document.reason).toBeUndefined();
  });

  it('a DYNAMIC task is ready when it stands in its queue', () => {
    const waiting = event('TaskScheduled', base);
    const queued = (timers?: Readonly<Record<string, number>>): Event =>
      event('TaskQueued', {
        taskId: 't',
        queue: 'charge',
        input: { x: 1, y: 2 },
        domain: 'blue',
        delivery: 'kafka',
        responseTimeoutSeconds: 7,
        ...(timers === undefined ? {} : { timers }),
      });
    expect(fold(waiting)).toMatchObject({ ready: false, status: 'SCHEDULED' });
    expect(fold(waiting, queued())).toMatchObject({
      queue: 'charge',
      input: { x: 1, y: 2 },
      domain: 'blue',
      delivery: 'kafka',
      responseTimeoutSeconds: 7,
      ready: true,
    });
    expect(fold(waiting, queued({ offer: 9 })).ready).toBe(false);
  });

  it('a dynamic fork shows its tasks, also those of a second event', () => {
    const forked = (from: number, ...names: string[]): Event =>
      event('TasksForked', { taskId: 't', from, tasks: names.map((name) => ({ taskReferenceName: name })) });
    const fork = event('TaskScheduled', { ...base, input: { forkedTasks: 'own' }, status: 'IN_PROGRESS' });
    expect(fold(fork, forked(0, 'a', 'b'), forked(2, 'c')).input).toEqual({
      forkedTasks: ['a', 'b', 'c'],
      forkedTaskDefs: [{ taskReferenceName: 'a' }, { taskReferenceName: 'b' }, { taskReferenceName: 'c' }],
    });
  });

  it('tells where in loops and dynamic forks the task stands', () => {
    expect(fold(scheduled({ scope: '__2', fork: 'f', iteration: 2 }))).toMatchObject({ scope: '__2', fork: 'f' });
  });

  it('a loop shows what its turns add, and no more what is dropped', () => {
    const begin = event('TaskScheduled', { ...base, taskType: 'DO_WHILE', status: 'IN_PROGRESS' });
    const turn = (iteration: number, more: object): Event => event('LoopIterated', { taskId: 't', iteration, ...more });
    const document = fold(
      begin,
      turn(1, {}),
      turn(2, { output: { 1: { a: 1 } } }),
      turn(3, { output: { 2: {} }, dropped: ['1'] }),
    );
    expect(document.output).toEqual({ iteration: 3, 2: {} });
  });

  it('is gone when it was removed, but for its name', () => {
    const document = fold(scheduled(), event('TasksRemoved', { taskIds: ['x', 't'] }, 30));
    expect(document).toMatchObject({ taskId: 't', isRemoved: true, ready: false, input: {}, output: {}, seq: 2 });
  });

  it('changes an output in place only when it is its own', () => {
    const place = { partition: 3, offset: 1 };
    const begin = Object.freeze(fold(event('TaskScheduled', { ...base, taskType: 'DO_WHILE', status: 'IN_PROGRESS' })));
    Object.freeze(begin.output);
    const turn = (n: number): Event => event('LoopIterated', { taskId: 't', iteration: n, output: { [n]: {} } });
    const own = new WeakSet();
    const first = projectTask(begin, turn(1), place, own);
    const second = projectTask(first, turn(2), place, own);
    expect(begin.output).toEqual({});
    expect(second.output).toBe(first.output);
    const third = projectTask(second, turn(3), place, new WeakSet());
    expect(second.output).toEqual({ iteration: 2, 1: {}, 2: {} });
    expect(third.output).toEqual({ iteration: 3, 1: {}, 2: {}, 3: {} });
  });

  it('of a TRY says what failed last while it is at it', () => {
    const scheduledTry = event('TaskScheduled', { ...base, taskType: 'TRY', status: 'IN_PROGRESS' });
    const branch = (name: string, errors: Record<string, Record<string, unknown>>, time: number): Event =>
      event('BranchEntered', { taskId: 't', branch: name, errors }, time);
    const caught = branch('catch', { try: { reason: 'one' } }, 5);
    expect(fold(scheduledTry, caught)).toMatchObject({ output: { error: { reason: 'one' } }, updateTime: 5 });
    const failed = branch('finally', { try: { reason: 'one' }, catch: { reason: 'two' } }, 6);
    expect(fold(scheduledTry, caught, failed).output).toEqual({ error: { reason: 'two' } });
    expect(fold(scheduledTry, caught, branch('try', {}, 7)).output).toEqual({});
    expect(taskOf(caught)).toBe('t');
  });

  it('shows no child that never came into being', () => {
    const document = fold(
      event('TaskScheduled', { ...base, taskType: 'SUB_WORKFLOW' }),
      event('TaskStarted', { taskId: 't', subWorkflowId: 'c' }),
      event('TaskFailed', { taskId: 't', status: 'FAILED', noChild: true }),
    );
    expect(document.subWorkflowId).toBeUndefined();
  });

  it('never changes the document it is given', () => {
    const document = Object.freeze(fold(scheduled()));
    projectTask(document, claimed(), { partition: 3, offset: 2 });
    expect(document.status).toBe('SCHEDULED');
  });

  it('I21 an event without a document before it is a defect', () => {
    expect(() => projectTask(undefined, claimed(), { partition: 0, offset: 0 })).toThrow('I21');
  });
});

describe('taskOf', () => {
  it('names the attempt whose document an event changes', () => {
    expect(taskOf(scheduled())).toBe('t');
    expect(taskOf(claimed())).toBe('t');
    expect(taskOf(event('VariablesSet', { taskId: 't', variables: {} }))).toBeUndefined();
    expect(taskOf(event('CommandRejected', { command: 'c', code: 'x', message: 'm', taskId: 't' }))).toBeUndefined();
    expect(taskOf(event('WorkflowPaused', {}))).toBeUndefined();
    expect(taskOf(event('TasksRemoved', { taskIds: ['t'] }))).toBeUndefined();
    expect(
      [scheduled(), event('WorkflowPaused', {}), event('TasksRemoved', { taskIds: ['t', 'u'] })].map(tasksOf),
    ).toEqual([['t'], [], ['t', 'u']]);
  });
});

import { hostname } from 'node:os';

import { type Command, DaCapoError } from '@dacapo/contracts';
import type { Journal } from '@dacapo/ports';

import type { BuiltInResult, BuiltInTask, RunContext, TaskToRun } from '../built-in-task.js';
import { limits } from '../limits.js';
import { SmallHouse } from '../testing/small-house.js';
import { BuiltInWorkers } from './built-in-workers.js';

/** An executor whose tasks end when the test says so. */
class Probe implements BuiltInTask {
  readonly begun: {
    readonly task: TaskToRun;
    readonly context: RunContext;
    readonly end: (result: BuiltInResult) => void;
  }[] = [];

  constructor(private readonly house: SmallHouse) {}

  execute(task: TaskToRun, context: RunContext): Promise<BuiltInResult> {
    return new Promise((resolve) => {
      this.begun.push({ task, context, end: resolve });
      this.house.condition.changed();
    });
  }

  until(count: number): Promise<void> {
    return this.house.condition.until(() => this.begun.length >= count);
  }
}

describe('BuiltInWorkers', () => {
  let house: SmallHouse;
  let workers: BuiltInWorkers | undefined;
  /** Results that the journal does not take, whatever is done. */
  let isTooLarge: (command: Command) => boolean;
  /** What happens to the next commands of a kind: refused before, or lost after they were sent. */
  let sendFaults: { readonly type: Command['type']; readonly isSent: boolean }[];

  beforeEach(async () => {
    sendFaults = [];
    isTooLarge = () => false;
    house = await SmallHouse.open((journal) => faulty(journal));
  });

  afterEach(async () => {
    await workers?.stop();
    workers = undefined;
    await house.close();
  });

  function faulty(journal: Journal): Journal {
    return Object.assign(Object.create(journal) as Journal, {
      send: async (commands: readonly Command[]) => {
        if (commands.some(isTooLarge)) throw new DaCapoError('REQUEST_INVALID', 'too large');
        const fault = commands.some(({ type }) => type === sendFaults[0]?.type) ? sendFaults.shift() : undefined;
        if (fault === undefined || fault.isSent) await journal.send(commands);
        if (fault !== undefined) throw new DaCapoError('JOURNAL_UNAVAILABLE', 'a fault of the test');
      },
    });
  }

  function work(
    executor: BuiltInTask | BuiltInTask['execute'],
    { type = 'PROBE', ...options }: { type?: string; concurrency?: number; drainMs?: number } = {},
  ) {
    const task = typeof executor === 'function' ? { execute: executor } : executor;
    const { gateway, clock, log } = house;
    workers = new BuiltInWorkers({ gateway, clock, log, tasks: new Map([[type, task]]), ...options });
    workers.start();
    return workers;
  }

  it('runs a task and reports its output under the name of the host', async () => {
    work(({ input }) => Promise.resolve({ status: 'COMPLETED', output: { double: Number(input['n']) * 2 } }));
    const id = await house.begin('PROBE', { n: 21 });
    expect((await house.event(id, 'TaskCompleted')).data).toMatchObject({
      output: { double: 42 },
      workerId: hostname(),
    });
    expect(await house.event(id, 'WorkflowCompleted')).toBeDefined();
  });

  it('takes what was there before its start', async () => {
    const id = await house.begin('PROBE');
    work(() => Promise.resolve({ status: 'COMPLETED' }));
    await house.event(id, 'WorkflowCompleted');
  });

  it('has the task in the decision that schedules it, without looking at the queue', async () => {
    work(() => Promise.resolve({ status: 'COMPLETED' }));
    await turn();
    const id = await house.begin('PROBE');
    await house.event(id, 'WorkflowCompleted');
    const [started, scheduled, claimed] = house.events.filter(({ workflowId }) => workflowId === id);
    expect([started?.type, scheduled?.type, claimed?.type]).toEqual([
      'WorkflowStarted',
      'TaskScheduled',
      'TaskStarted',
    ]);
    expect(claimed?.causation).toBe(started?.causation);
  });

  it.each<[BuiltInResult, string, object]>([
    [
      { status: 'FAILED', reasonForIncompletion: 'no', output: { a: 1 } },
      'FAILED',
      { reasonForIncompletion: 'no', output: { a: 1 } },
    ],
    [
      { status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion: 'never' },
      'FAILED_WITH_TERMINAL_ERROR',
      { reasonForIncompletion: 'never' },
    ],
  ])('reports %j', async (result, status, data) => {
    work(() => Promise.resolve(result));
    const id = await house.begin('PROBE');
    expect((await house.event(id, 'TaskFailed')).data).toMatchObject({ status, ...data });
  });

  it('gives a task back that wants to run again, and runs it then', async () => {
    work(({ pollCount }) =>
      Promise.resolve(
        pollCount < 3
          ? { status: 'IN_PROGRESS', callbackAfterSeconds: 30, output: { round: pollCount } }
          : { status: 'COMPLETED' },
      ),
    );
    const id = await house.begin('PROBE');
    for (const round of [1, 2]) {
      expect((await house.event(id, 'TaskProgressed', round)).data).toMatchObject({
        callbackAfterSeconds: 30,
        output: { round },
      });
      await turn();
      house.clock.advance(30_000);
    }
    await house.event(id, 'WorkflowCompleted');
  });

  it('fails a task whose executor throws, without telling what', async () => {
    work(() => Promise.reject(new Error('secret')));
    const id = await house.begin('PROBE');
    expect((await house.event(id, 'TaskFailed')).data).toMatchObject({
      status: 'FAILED',
      reasonForIncompletion: 'The PROBE task broke off: see the log of the server',
    });
    const next = await house.begin('PROBE');
    await house.event(next, 'TaskFailed');
  });

  it('fails a task whose executor throws before it begins', async () => {
    work(() => {
      throw new Error('at once');
    });
    await house.event(await house.begin('PROBE'), 'TaskFailed');
  });

  it('fails a task whose result cannot be stored', async () => {
    isTooLarge = ({ type }) => type === 'CompleteTask';
    work(() => Promise.resolve({ status: 'COMPLETED', output: { body: 'large' } }));
    expect((await house.event(await house.begin('PROBE'), 'TaskFailed')).data).toMatchObject({
      reasonForIncompletion: 'The result of the task could not be stored',
      output: {},
    });
  });

  it('gives a task back when a server of ours is away', async () => {
    work(() => Promise.reject(new DaCapoError('STORE_UNAVAILABLE', 'away')));
    const id = await house.begin('PROBE');
    expect((await house.event(id, 'TaskProgressed')).data).toMatchObject({
      callbackAfterSeconds: limits.startRetrySeconds,
    });
  });

  it('runs so many at once and no more, and goes on when one ends', async () => {
    const probe = new Probe(house);
    work(probe, { concurrency: 3 });
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await house.begin('PROBE'));
    await probe.until(3);
    await turn();
    expect(probe.begun).toHaveLength(3);
    expect(workers?.running).toBe(3);
    probe.begun[0]?.end({ status: 'COMPLETED' });
    await probe.until(4);
    for (const { end } of probe.begun) end({ status: 'COMPLETED' });
    await probe.until(5);
    probe.begun[4]?.end({ status: 'COMPLETED' });
    for (const id of ids) await house.event(id, 'WorkflowCompleted');
    await turn();
    expect(workers?.done).toBe(5);
  });

  it('takes more than there are parked polls', async () => {
    const probe = new Probe(house);
    work(probe);
    const count = limits.parkedPolls * 3;
    for (let n = 0; n < count; n++) await house.begin('PROBE');
    await probe.until(count);
    for (const { end } of probe.begun) end({ status: 'COMPLETED' });
  });

  it('holds the lease of a task that takes long', async () => {
    const probe = new Probe(house);
    work(probe, { type: 'HTTP' });
    const id = await house.begin('HTTP', { uri: 'u' });
    await probe.until(1);
    for (let n = 1; n <= 5; n++) {
      house.clock.advance(limits.leaseRenewalMs);
      await house.event(id, 'TaskLeaseExtended', n);
    }
    await turn();
    expect(house.typesOf(id)).not.toContain('TaskProgressed');
    probe.begun[0]?.end({ status: 'COMPLETED' });
    await house.event(id, 'WorkflowCompleted');
    house.clock.advance(2 * limits.leaseRenewalMs);
    await turn();
    expect(house.typesOf(id).filter((type) => type === 'TaskLeaseExtended')).toHaveLength(5);
  });

  it('leaves a task alone that somebody else is to end', async () => {
    const probe = new Probe(house);
    work(probe, { type: 'HTTP' });
    const id = await house.begin('HTTP', { uri: 'u', asyncComplete: true });
    await probe.until(1);
    probe.begun[0]?.end({ status: 'IN_PROGRESS', output: { n: 1 } });
    expect((await house.event(id, 'TaskProgressed')).data).toMatchObject({ status: 'IN_PROGRESS', output: { n: 1 } });
    for (let n = 0; n < 10; n++) {
      await turn();
      house.clock.advance(30_000);
    }
    await turn();
    expect(probe.begun).toHaveLength(1);
    expect(house.typesOf(id).filter((type) => type === 'TaskProgressed')).toHaveLength(1);
  });

  it('ends a task that does not end', async () => {
    const probe = new Probe(house);
    work(probe);
    const id = await house.begin('PROBE');
    await probe.until(1);
    expect(probe.begun[0]?.context.signal.aborted).toBe(false);
    house.clock.advance(limits.taskMs);
    expect((await house.event(id, 'TaskFailed')).data.reasonForIncompletion).toBe(
      'The task did not end within 120 seconds',
    );
    expect(probe.begun[0]?.context.signal.aborted).toBe(true);
  });

  describe('when the journal is away', () => {
    it('reports again what was not stored', async () => {
      sendFaults = [
        { type: 'CompleteTask', isSent: false },
        { type: 'CompleteTask', isSent: false },
      ];
      work(() => Promise.resolve({ status: 'COMPLETED', output: { n: 1 } }));
      const id = await house.begin('PROBE');
      while (sendFaults.length > 0) {
        await turn();
        house.clock.advance(limits.retryMs);
      }
      await turn();
      house.clock.advance(limits.retryMs);
      expect((await house.event(id, 'TaskCompleted')).data.output).toEqual({ n: 1 });
    });

    it('does not report again what was stored', async () => {
      sendFaults = [{ type: 'ProgressTask', isSent: true }];
      work(({ pollCount }) =>
        Promise.resolve(
          pollCount === 1 ? { status: 'IN_PROGRESS', callbackAfterSeconds: 60 } : { status: 'COMPLETED' },
        ),
      );
      const id = await house.begin('PROBE');
      await house.event(id, 'TaskProgressed');
      await turn();
      house.clock.advance(limits.retryMs * 3);
      await turn();
      expect(house.typesOf(id).filter((type) => type === 'TaskProgressed' || type === 'CommandRejected')).toEqual([
        'TaskProgressed',
      ]);
      expect(workers?.running).toBe(0);
    });

    it('claims again after a pause', async () => {
      const id = await house.begin('PROBE');
      sendFaults = [{ type: 'ClaimTask', isSent: false }];
      work(() => Promise.resolve({ status: 'COMPLETED' }));
      await turn();
      house.clock.advance(limits.retryMs);
      await house.event(id, 'WorkflowCompleted');
    });
  });

  describe('at its stop', () => {
    it('lets what runs come to its end, and takes nothing more', async () => {
      const probe = new Probe(house);
      const stopping = work(probe);
      const id = await house.begin('PROBE');
      await probe.until(1);
      const stopped = stopping.stop();
      const later = await house.begin('PROBE');
      probe.begun[0]?.end({ status: 'COMPLETED' });
      await stopped;
      await house.event(id, 'WorkflowCompleted');
      expect(house.typesOf(later)).toEqual(['WorkflowStarted', 'TaskScheduled']);
    });

    it.each([{}, { asyncComplete: true }])('hands back what does not end in time: %j', async (input) => {
      const probe = new Probe(house);
      const stopping = work(probe, { type: 'HTTP', drainMs: 5_000 });
      const id = await house.begin('HTTP', { uri: 'u', ...input });
      await probe.until(1);
      const stopped = stopping.stop();
      house.clock.advance(5_000);
      await stopped;
      expect(probe.begun[0]?.context.signal.aborted).toBe(true);
      expect((await house.event(id, 'TaskProgressed')).data).toMatchObject({
        status: 'SCHEDULED',
        callbackAfterSeconds: 0,
      });
    });

    it('does not wait for a journal that is away', async () => {
      sendFaults = Array.from({ length: 99 }, () => ({ type: 'CompleteTask', isSent: false }));
      const stopping = work(() => Promise.resolve({ status: 'COMPLETED' }));
      await house.begin('PROBE');
      await turn();
      const stopped = stopping.stop();
      for (let ms = 0; ms <= limits.drainMs + limits.retryMs; ms += limits.retryMs) {
        await turn();
        house.clock.advance(limits.retryMs);
      }
      await stopped;
    });
  });

  it('does not go round and round when the process drains', async () => {
    const draining = work(() => Promise.resolve({ status: 'COMPLETED' }));
    await turn();
    let polls = 0;
    const { poller } = house.gateway;
    const poll = poller.poll.bind(poller);
    poller.poll = (request, onParked) => {
      polls += 1;
      return poll(request, onParked);
    };
    poller.drain();
    for (let n = 0; n < 20; n++) await turn();
    expect(polls).toBeLessThanOrEqual(2 * limits.parkedPolls);
    await draining.stop();
  });

  it('parks anew without a task, and asks nobody', async () => {
    work(() => Promise.resolve({ status: 'COMPLETED' }));
    const before = house.events.length;
    for (let n = 0; n < 20; n++) {
      await turn();
      house.clock.advance(limits.pollMs);
    }
    expect(house.events).toHaveLength(before);
    await turn();
    const id = await house.begin('PROBE');
    await house.event(id, 'WorkflowCompleted');
  });
});

/** Whatever can go on without the clock has gone on. */
async function turn(): Promise<void> {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
}

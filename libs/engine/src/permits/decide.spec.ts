import fc from 'fast-check';

import { LimitRun } from '../testing/limit-run.js';

describe('A22 concurrentExecLimit', () => {
  const limits = { concurrent: 2 };

  it('grants permits while there are some, and lets the others wait', () => {
    const run = new LimitRun();
    expect(run.ask('t1', limits)).toEqual(['LimitOpened', 'LimitSet', 'PermitGranted t1']);
    expect(run.ask('t2', limits)).toEqual(['PermitGranted t2']);
    expect(run.ask('t3', limits)).toEqual(['PermitQueued t3']);
    run.auditWhole();
  });

  it('offers what is free to the next in line, who asks anew', () => {
    const run = new LimitRun();
    for (const holder of ['t1', 't2', 't3', 't4']) run.ask(holder, limits);
    expect(run.release('t1')).toEqual(['PermitReleased t1', 'PermitOffered t3']);
    expect(run.ask('t3', limits, { request: 2, since: 0 })).toEqual(['PermitGranted t3']);
  });

  it('keeps the room of an offer from those who come later, for a second', () => {
    const run = new LimitRun();
    for (const holder of ['t1', 't2', 't3']) run.ask(holder, limits);
    run.release('t1');
    run.elapse(999);
    expect(run.ask('late', limits)).toEqual(['PermitQueued late']);
    expect(run.elapse(1)).toEqual(['OfferLapsed t3', 'PermitOffered late']);
  });

  it('I20 gives it to whoever stands ahead of the one it was offered to', () => {
    const run = new LimitRun();
    for (const holder of ['t1', 't2', 't3']) run.ask(holder, limits);
    run.release('t1');
    expect(run.ask('urgent', limits, { priority: 9 })).toEqual(['PermitGranted urgent']);
    expect(run.ask('t3', limits, { request: 2, since: 0 })).toEqual(['PermitQueued t3']);
  });

  it('I20 takes the higher priority first, then the older', () => {
    const run = new LimitRun();
    const one = { concurrent: 1 };
    run.ask('t1', one);
    run.ask('young', one, { since: 30 });
    run.ask('old', one, { since: 10 });
    run.ask('urgent', one, { since: 99, priority: 1 });
    expect(run.live.queue).toEqual(['urgent', 'old', 'young']);
  });

  it('lets whoever was not to wait go', () => {
    const run = new LimitRun();
    run.ask('t1', { concurrent: 1 });
    expect(run.ask('t2', { concurrent: 1 }, { otherwise: 'refuse' })).toEqual(['PermitRefused t2']);
  });

  it('counts who goes on without asking, and grants nothing before there is room again', () => {
    const run = new LimitRun();
    run.ask('t1', { concurrent: 1 });
    expect(run.ask('t2', { concurrent: 1 }, { otherwise: 'take' })).toEqual(['PermitTaken t2']);
    run.ask('t3', { concurrent: 1 }, { otherwise: 'grant' });
    expect(run.release('t1')).toEqual(['PermitReleased t1']);
    expect(run.release('t2')).toEqual(['PermitReleased t2', 'PermitGranted t3']);
    run.auditWhole();
  });

  it('grants at once to those for whom nobody has to come', () => {
    const run = new LimitRun();
    run.ask('t1', { concurrent: 1 });
    run.ask('t2', { concurrent: 1 }, { otherwise: 'grant' });
    expect(run.release('t1')).toEqual(['PermitReleased t1', 'PermitGranted t2']);
  });

  it('changes with the next request', () => {
    const run = new LimitRun();
    for (const holder of ['t1', 't2', 't3', 't4']) run.ask(holder, { concurrent: 1 });
    expect(run.ask('t5', { concurrent: 3 })).toEqual(['LimitSet', 'PermitGranted t5', 'PermitOffered t2']);
    expect(run.ask('t6', {})).toEqual(['LimitSet', 'PermitGranted t6', 'PermitOffered t3', 'PermitOffered t4']);
  });

  it('knows repeats and what is out of order', () => {
    const run = new LimitRun();
    run.ask('t1', limits, { request: 5 });
    expect(run.ask('t1', limits, { request: 5 })).toEqual(['CommandRejected']);
    expect(run.release('t1', 4)).toEqual(['CommandRejected']);
    expect(run.ask('t1', limits, { request: 9 })).toEqual(['PermitReleased t1', 'PermitGranted t1']);
    expect(run.release('t1', 5)).toEqual(['CommandRejected']);
    expect(run.release('t1', 9)).toEqual(['PermitReleased t1']);
    expect(run.release('t1', 9)).toEqual(['CommandRejected']);
    run.auditWhole();
  });

  it('forgets who waited and gives up', () => {
    const run = new LimitRun();
    for (const holder of ['t1', 't2', 't3']) run.ask(holder, { concurrent: 1 });
    run.release('t2');
    expect(run.release('t1')).toEqual(['PermitReleased t1', 'PermitOffered t3']);
  });

  it('works a long line off bit by bit', () => {
    const run = new LimitRun();
    run.ask('t', { concurrent: 1 });
    for (let i = 0; i < 250; i++) run.ask(`w${i}`, { concurrent: 1 }, { otherwise: 'grant' });
    expect(run.ask('last', { concurrent: 1000 })).toHaveLength(102);
    run.elapse(0);
    expect(run.live.heldCount).toBe(252);
  });

  it('says nothing to a workflow’s command, and refuses what it does not know', () => {
    const run = new LimitRun();
    expect(run.release('t1')).toEqual(['CommandRejected']);
    expect(run.records[0]?.event).toMatchObject({ seq: 0, data: { code: 'LIMIT_NOT_FOUND' } });
    run.ask('t1', limits);
    expect(run.send({ type: 'PauseWorkflow', data: {} })).toEqual(['CommandRejected']);
    expect(run.send({ type: 'FireTimer', data: { due: 0 } })).toEqual(['CommandRejected']);
  });
});

describe('A22 rateLimitPerFrequency', () => {
  const limits = { rate: 2, rateSeconds: 10 };

  it('counts what was granted in the window, whether it has ended or not', () => {
    const run = new LimitRun();
    run.ask('t1', limits);
    run.release('t1');
    run.elapse(4000);
    run.ask('t2', limits);
    expect(run.ask('t3', limits)).toEqual(['PermitQueued t3']);
    expect(run.elapse(5999)).toEqual([]);
    expect(run.elapse(1)).toEqual(['PermitOffered t3']);
    expect(run.ask('t3', limits, { request: 2, since: 0 })).toEqual(['PermitGranted t3']);
    expect(run.ask('t4', limits)).toEqual(['PermitQueued t4']);
    run.auditWhole();
  });

  it('holds beside a limit of concurrency', () => {
    const run = new LimitRun();
    const both = { concurrent: 1, rate: 2, rateSeconds: 10 };
    run.ask('t1', both);
    expect(run.ask('t2', both)).toEqual(['PermitQueued t2']);
    run.release('t1');
    run.ask('t2', both, { request: 2 });
    run.release('t2', 2);
    expect(run.ask('t3', both)).toEqual(['PermitQueued t3']);
    expect(run.elapse(11_000)).toEqual(['PermitOffered t3', 'OfferLapsed t3']);
  });
});

describe('I18 I20 whatever happens (seed 20261, 300 runs)', () => {
  const holder = fc.integer({ min: 0, max: 12 });
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('ask' as const), holder, priority: fc.integer({ min: 0, max: 2 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), holder }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('elapse' as const), ms: fc.integer({ min: 0, max: 4000 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('set' as const),
        concurrent: fc.integer({ min: 0, max: 4 }),
        rate: fc.integer({ min: 0, max: 5 }),
      }),
    },
  );

  it('no permit too many, nobody forgotten, nothing left behind', () => {
    const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const run = new LimitRun();
      const requests = new Map<string, number>();
      let limits = { concurrent: 2, rate: 3, rateSeconds: 2 };
      const ask = (name: string, priority: number): void => {
        if (run.held.has(name)) return;
        requests.set(name, (requests.get(name) ?? 0) + 1);
        run.ask(name, limits, { request: requests.get(name) ?? 0, priority });
      };
      for (const each of steps) {
        if (each.do === 'ask') ask(`t${each.holder}`, each.priority);
        else if (each.do === 'end') run.release(`t${each.holder}`, requests.get(`t${each.holder}`) ?? 0);
        else if (each.do === 'elapse') run.elapse(each.ms);
        // Less than is held already is a limit for those who come.
        else if (run.held.size === 0 && run.grantTimes.every((time) => time < run.now - 2000)) {
          limits = { ...limits, concurrent: each.concurrent, rate: each.rate };
        }
      }
      run.auditWhole();
      // Everybody who runs ends, everybody who is offered room takes it: in the end nobody waits and nothing is held.
      for (let round = 0; round < 400; round++) {
        const { held = {}, offers = {}, queue = [] } = run.state ?? {};
        if (Object.keys(held).length + Object.keys(offers).length + queue.length === 0) break;
        for (const name of Object.keys(offers)) ask(name, offers[name]?.priority ?? 0);
        for (const [name, request] of [...run.held]) run.release(name, request);
        run.elapse(500);
      }
      expect(run.state?.heldCount ?? 0).toBe(0);
      expect(run.state?.queue ?? []).toEqual([]);
      expect(run.state?.offers ?? {}).toEqual({});
      expect(run.due).toBeUndefined();
      run.auditWhole();
    });
    fc.assert(property, { seed: 20_261, numRuns: 300 });
  });
});

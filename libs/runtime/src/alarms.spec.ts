import { VirtualClock } from '@dacapo/journal-memory';

import { Alarms } from './alarms.js';

describe('Alarms', () => {
  let clock: VirtualClock;
  let alarms: Alarms;
  const rung: [workflowId: string, after: number][] = [];
  const looks: number[] = [];
  let begin: number;

  beforeEach(() => {
    clock = new VirtualClock();
    begin = clock.now();
    rung.length = 0;
    looks.length = 0;
    alarms = new Alarms(
      clock,
      (ids) => rung.push(...ids.map((id): [string, number] => [id, clock.now() - begin])),
      (before) => looks.push(before - begin),
    );
    alarms.start();
  });

  afterEach(() => alarms.stop());

  const elapse = (ms: number): void => clock.moveTo(begin + ms);

  it('never ring early, and once', () => {
    alarms.lower('a', begin + 1_000);
    elapse(999);
    expect(rung).toEqual([]);
    elapse(1_000);
    elapse(100_000);
    expect(rung).toEqual([['a', 1_000]]);
  });

  it('ring for what is due already', async () => {
    alarms.lower('a', begin - 5);
    await Promise.resolve();
    expect(rung).toEqual([['a', 0]]);
  });

  it('are lowered, never raised, by lower', () => {
    alarms.lower('a', begin + 500);
    alarms.lower('a', begin + 900);
    alarms.lower('a', begin + 200);
    elapse(2_000);
    expect(rung).toEqual([['a', 200]]);
  });

  it('are raised by set', () => {
    alarms.set('a', begin + 200);
    alarms.set('a', begin + 900);
    elapse(899);
    expect(rung).toEqual([]);
    elapse(900);
    expect(rung).toEqual([['a', 900]]);
  });

  it('are silent for who was cleared, and hear of him again', () => {
    alarms.set('a', begin + 200);
    alarms.clear('a');
    elapse(300);
    expect(rung).toEqual([]);
    alarms.lower('a', begin + 400);
    elapse(400);
    expect(rung).toEqual([['a', 400]]);
  });

  it('ring together for what is due together', () => {
    const together: number[] = [];
    const other = new Alarms(
      clock,
      (ids) => together.push(ids.length),
      () => undefined,
    );
    for (const id of ['a', 'b', 'c']) other.set(id, begin + 10);
    elapse(10);
    expect(together).toEqual([3]);
  });

  it.each([
    ['just inside the horizon', 59_999],
    ['at the horizon', 60_000],
    ['just beyond the horizon', 60_001],
    ['an hour ahead', 3_600_000],
    ['beyond 2^31 milliseconds', 2 ** 31 + 5],
  ])('ring in time for a timer %s', (_, after) => {
    alarms.lower('a', begin + after);
    elapse(after - 1);
    expect(rung).toEqual([]);
    elapse(after);
    expect(rung).toEqual([['a', after]]);
  });

  it('look twice a minute for timers that somebody else keeps, always a minute ahead', () => {
    elapse(90_000);
    expect(looks).toEqual([60_000, 90_000, 120_000, 150_000]);
  });

  it('keep near timers of who leaves memory, and forget far ones: they are found at a look', () => {
    alarms.lower('near', begin + 60_000);
    alarms.lower('far', begin + 60_001);
    alarms.forget('near');
    alarms.forget('far');
    alarms.forget('nobody');
    elapse(120_000);
    expect(rung).toEqual([['near', 60_000]]);
  });

  it('ring for 10,000 entries in the order of their times', () => {
    const times = Array.from({ length: 10_000 }, (_, index) => (index * 7_919) % 55_555);
    for (const [index, time] of times.entries()) alarms.lower(`w${index}`, begin + time);
    for (let index = 0; index < times.length; index += 3) alarms.clear(`w${index}`);
    elapse(60_000);
    const kept = times.filter((_, index) => index % 3 !== 0);
    expect(rung.map(([, at]) => at)).toEqual(kept.toSorted((a, b) => a - b));
    for (const [id, at] of rung) expect(times[Number(id.slice(1))]).toBe(at);
  });

  it('set again what rang while the clock had been set back', () => {
    alarms.lower('a', begin + 1_000);
    clock.moveTo(begin - 3_600_000);
    elapse(999);
    expect(rung).toEqual([]);
    elapse(1_000);
    expect(rung).toEqual([['a', 1_000]]);
  });

  it('let a new one be set from within a ring', () => {
    const again: Alarms = new Alarms(
      clock,
      ([id]) => {
        rung.push([id ?? '', clock.now() - begin]);
        if (rung.length < 3) again.lower('a', clock.now() + 10);
      },
      () => undefined,
    );
    again.lower('a', begin + 10);
    elapse(1_000);
    expect(rung.map(([, at]) => at)).toEqual([10, 20, 30]);
  });

  it('are silent after stop, also about what is entered later', () => {
    alarms.lower('a', begin + 1_000);
    alarms.stop();
    alarms.lower('b', begin + 500);
    alarms.set('c', begin + 10);
    elapse(120_000);
    expect(rung).toEqual([]);
    expect(looks).toEqual([60_000]);
  });
});

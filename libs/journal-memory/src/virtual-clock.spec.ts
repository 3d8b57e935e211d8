import { VirtualClock } from './virtual-clock.js';

describe('VirtualClock', () => {
  const heard: [string, number][] = [];
  let clock: VirtualClock;
  const note = (name: string) => () => heard.push([name, clock.now()]);

  beforeEach(() => {
    heard.length = 0;
    clock = new VirtualClock(1_000);
  });

  it('stands still until it is moved', () => {
    clock.at(1_001, note('a'));
    expect(clock.now()).toBe(1_000);
    clock.advance(0.5);
    expect(heard).toEqual([]);
  });

  it('fires each alarm once, in order, at its own time', () => {
    clock.at(1_020, note('late'));
    clock.at(1_010, note('first'));
    clock.at(1_010, note('second'));
    clock.advance(50);
    clock.advance(50);
    expect(heard).toEqual([
      ['first', 1_010],
      ['second', 1_010],
      ['late', 1_020],
    ]);
    expect(clock.now()).toBe(1_100);
  });

  it('fires an alarm that another one sets on the way', () => {
    clock.at(1_010, () => clock.at(1_015, note('nested')));
    clock.advance(20);
    expect(heard).toEqual([['nested', 1_015]]);
  });

  it('fires what is due already as soon as possible, but not inside the call', async () => {
    clock.at(900, note('past'));
    expect(heard).toEqual([]);
    await Promise.resolve();
    expect(heard).toEqual([['past', 1_000]]);
  });

  it('never fires what was cancelled', async () => {
    const alarms = [clock.at(1_010, note('a')), clock.at(900, note('b'))];
    for (const alarm of alarms) alarm.cancel();
    await Promise.resolve();
    clock.advance(100);
    expect(heard).toEqual([]);
    expect(clock.next).toBeUndefined();
  });

  it('can be set back like a wall clock', () => {
    clock.at(1_010, note('a'));
    clock.moveTo(500);
    expect(clock.now()).toBe(500);
    expect(clock.next).toBe(1_010);
    clock.moveTo(1_010);
    expect(heard).toEqual([['a', 1_010]]);
  });
});

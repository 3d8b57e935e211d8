import { jest } from '@jest/globals';

import { systemClock } from './system-clock.js';

describe('systemClock', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 1_000 }));
  afterEach(() => void jest.useRealTimers());

  const fired: number[] = [];
  const note = (): void => void fired.push(systemClock.now());

  beforeEach(() => {
    fired.length = 0;
  });

  it('says what time it is', () => {
    expect(systemClock.now()).toBe(1_000);
    jest.advanceTimersByTime(5);
    expect(systemClock.now()).toBe(1_005);
  });

  it('calls at the time, once, never before', () => {
    systemClock.at(1_500, note);
    jest.advanceTimersByTime(499);
    expect(fired).toEqual([]);
    jest.advanceTimersByTime(1_000);
    expect(fired).toEqual([1_500]);
  });

  it('calls soon, but not inside the call, for a time that has passed', () => {
    systemClock.at(900, note);
    expect(fired).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(fired).toHaveLength(1);
  });

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 5 * 365 * 86_400_000])('keeps a time %d ms ahead', (after) => {
    systemClock.at(1_000 + after, note);
    jest.advanceTimersByTime(after - 1);
    expect(fired).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(fired).toEqual([1_000 + after]);
  });

  it('waits on when the wall clock was set back meanwhile', () => {
    systemClock.at(2_000, note);
    jest.setSystemTime(500);
    jest.advanceTimersByTime(1_000);
    expect(fired).toEqual([]);
    jest.advanceTimersByTime(500);
    expect(fired).toEqual([2_000]);
  });

  it.each([1_500, 1_000 + 2 ** 32])('never calls what was cancelled (%d)', (time) => {
    const alarm = systemClock.at(time, note);
    jest.advanceTimersByTime(Math.min(time - 1_001, 2_100_000_000));
    alarm.cancel();
    jest.advanceTimersByTime(2 ** 33);
    expect(fired).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});

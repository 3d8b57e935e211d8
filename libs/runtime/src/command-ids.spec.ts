import { CommandIds } from './command-ids.js';

const hour = 3_600_000;

describe('CommandIds', () => {
  it('knows what was applied, by id', () => {
    const ids = new CommandIds([['a', 5]]);
    ids.add('b', 6);
    expect(['a', 'b', 'c'].map((id) => ids.has(id))).toEqual([true, true, false]);
  });

  it('knows a lower one that comes after a higher one: there is no high-water mark', () => {
    const ids = new CommandIds([]);
    ids.add('9', 9);
    expect(ids.has('8')).toBe(false);
    ids.add('8', 10);
    expect(ids.has('8')).toBe(true);
  });

  it('keeps an hour of log time: one millisecond less, exactly, one more', () => {
    const ids = new CommandIds([
      ['older', 999],
      ['exactly', 1_000],
      ['younger', 1_001],
    ]);
    expect(ids.entries(1_000 + hour).map(([id]) => id)).toEqual(['exactly', 'younger']);
    expect(ids.has('older')).toBe(false);
    expect(ids.has('exactly')).toBe(true);
  });

  it('survives a checkpoint', () => {
    const ids = new CommandIds([]);
    ids.add('a', 1);
    ids.add('b', 2);
    const again = new CommandIds(ids.entries(3));
    expect(again.entries(3)).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('is bounded by time, not by number', () => {
    const ids = new CommandIds([]);
    for (let n = 0; n < 20_000; n++) ids.add(`${n}`, n);
    expect(ids.entries(19_999 + hour)).toEqual([['19999', 19_999]]);
  });
});

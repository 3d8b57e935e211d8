import { formatPosition, parsePosition, partitionOf } from './position.js';

describe('a position', () => {
  it('is written and read', () => {
    expect(parsePosition(formatPosition(3, 9_007_199_254))).toEqual({ partition: 3, offset: 9_007_199_254 });
  });

  it.each(['', '1', '1:', ':1', '1:2:3', '-1:2', '1:-2', ' 1:2', '1:2 ', '1.0:2', '1:9999999999999999', '1e2:1'])(
    '%j is none',
    (text) => {
      expect(parsePosition(text)).toBeUndefined();
    },
  );
});

describe('partitionOf', () => {
  it('never changes: it is the key of a log that is kept for ever', () => {
    expect(
      ['', 'a', 'order-1', '018bcfe5-6800-7000-8000-0000000000aa', 'ü😀'].map((id) => partitionOf(id, 16)),
    ).toEqual([12, 4, 2, 6, 12]);
  });

  it('stays within the count, and spreads', () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let i = 0; i < 16_000; i++) {
      const id = `018bcfe5-6800-7000-8000-${i.toString(16).padStart(12, '0')}`;
      counts[partitionOf(id, 16)]! += 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });

  it('is 0 when there is one', () => {
    expect(partitionOf('anything', 1)).toBe(0);
  });
});

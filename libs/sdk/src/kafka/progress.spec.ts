import { Progress } from './progress.js';

describe('how far a partition is', () => {
  it('is where the first task that has not ended lies', () => {
    const progress = new Progress();
    expect(progress.position).toBeUndefined();
    for (const offset of [5, 6, 7]) expect(progress.begin(offset)).toBe(true);
    expect(progress.position).toBeUndefined();
    progress.end(6);
    expect(progress.position).toBeUndefined();
    progress.end(5);
    expect(progress.position).toBe(7);
    progress.committed(7);
    expect(progress.position).toBeUndefined();
    progress.end(7);
    expect(progress.position).toBe(8);
  });

  it('goes over gaps in the log', () => {
    const progress = new Progress();
    progress.begin(5);
    progress.begin(9);
    progress.end(5);
    expect(progress.position).toBe(6);
    progress.committed(6);
    progress.end(9);
    expect(progress.position).toBe(10);
  });

  it('does not begin what is in hand, done or committed', () => {
    const progress = new Progress();
    progress.begin(5);
    progress.begin(6);
    progress.end(5);
    expect([5, 6].map((offset) => progress.begin(offset))).toEqual([false, false]);
    progress.committed(6);
    expect(progress.begin(5)).toBe(false);
    progress.end(6);
    expect(progress.begin(6)).toBe(false);
    expect(progress.begin(7)).toBe(true);
  });
});

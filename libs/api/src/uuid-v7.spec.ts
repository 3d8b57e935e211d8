import { uuidV7 } from './uuid-v7.js';

describe('uuidV7', () => {
  it('makes ids that grow, whatever the clock does', () => {
    const times = [5_000, 5_000, 4_000, ...Array.from({ length: 10_000 }, () => 5_000), 6_000];
    const ids = times.map((time) => uuidV7(time));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the form of version 7', () => {
    expect(uuidV7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

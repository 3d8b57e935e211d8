import fc from 'fast-check';

import { type Member, spread } from './spread.js';

const sixteen = Array.from({ length: 16 }, (_, partition) => partition);
const members = (...owned: readonly (readonly number[])[]): Member[] =>
  owned.map((each, index) => ({ id: `m${index}`, owned: each }));

describe('spread', () => {
  it('gives nothing to nobody', () => expect(spread(sixteen, [])).toEqual(new Map()));

  it('gives all to one, and halves to two', () => {
    expect(spread(sixteen, members([])).get('m0')).toEqual(sixteen);
    expect([...spread(sixteen, members([], [])).values()].map(({ length }) => length)).toEqual([8, 8]);
  });

  it('takes from whoever has too much, and no more than that', () => {
    const spreadAgain = spread(sixteen, members(sixteen, []));
    expect(spreadAgain.get('m0')).toEqual(sixteen.slice(0, 8));
    expect(spreadAgain.get('m1')).toEqual(sixteen.slice(8));
  });

  it('shares out what one who has gone leaves', () => {
    const spreadAgain = spread([0, 1, 2, 3, 4, 5], members([0, 1], [4, 5]));
    expect([spreadAgain.get('m0'), spreadAgain.get('m1')]).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('lets some stand by when there are more members than partitions', () => {
    const found = spread([0, 1], members([], [0], [1]));
    expect(['m0', 'm1', 'm2'].map((id) => found.get(id))).toEqual([[], [0], [1]]);
  });

  const some = fc.array(fc.nat(40), { maxLength: 40 });

  it('is whole, even, and moves nothing that it need not', () => {
    fc.assert(
      fc.property(fc.nat(32), fc.array(some, { minLength: 1, maxLength: 7 }), (count, owned) => {
        const partitions = Array.from({ length: count }, (_, partition) => partition);
        const group = members(...owned);
        const found = spread(partitions, group);
        expect([...found.values()].flat().toSorted((a, b) => a - b)).toEqual(partitions);
        const sizes = [...found.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        // Asked again with what came out of it, nothing moves.
        const settled = group.map(({ id }) => ({ id, owned: found.get(id) ?? [] }));
        expect(spread(partitions, settled)).toEqual(found);
        expect(spread(partitions, group.toReversed())).toEqual(found);
      }),
      { numRuns: 500 },
    );
  });

  it('lets whoever has no more than a fair share keep all of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 6, max: 32 }), (count, size) => {
        const partitions = Array.from({ length: size }, (_, partition) => partition);
        const before = spread(partitions, members(...Array.from({ length: count + 1 }, () => [])));
        const left = [...before].slice(0, count).map(([id, owned]) => ({ id, owned }));
        const after = spread(partitions, left);
        for (const { id, owned } of left) expect(after.get(id)).toEqual(expect.arrayContaining([...owned]));
      }),
    );
  });
});

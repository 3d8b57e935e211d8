import fc from 'fast-check';

import { ReadyQueue } from './ready-queue.js';

describe('ReadyQueue', () => {
  const drain = (queue: ReadyQueue): string[] => {
    const ids: string[] = [];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) ids.push(id);
    return ids;
  };

  it('gives the higher priority first, and within one the older', () => {
    const queue = new ReadyQueue();
    for (const [id, priority] of [
      ['a', 0],
      ['b', 99],
      ['c', 0],
      ['d', 5],
      ['e', 99],
    ] as const)
      queue.push(id, priority);
    expect(queue.size).toBe(5);
    expect(drain(queue)).toEqual(['b', 'e', 'd', 'a', 'c']);
    expect(queue.size).toBe(0);
    expect(queue.shift()).toBeUndefined();
  });

  it('holds an id once and passes over removed ones', () => {
    const queue = new ReadyQueue();
    queue.push('a', 0);
    queue.push('a', 9);
    queue.push('b', 0);
    queue.push('c', 3);
    queue.remove('b');
    queue.remove('b');
    queue.remove('nobody');
    expect(queue.size).toBe(2);
    expect(drain(queue)).toEqual(['c', 'a']);
  });

  it('puts at the end who comes back', () => {
    const queue = new ReadyQueue();
    queue.push('a', 0);
    queue.push('b', 0);
    queue.push(queue.shift() ?? '', 0);
    expect(drain(queue)).toEqual(['b', 'a']);
  });

  it('does the same as a sorted list, whatever is done (seed 20260, 300 runs)', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('push' as const),
        id: fc.integer({ min: 0, max: 20 }),
        priority: fc.integer({ min: 0, max: 3 }),
      }),
      fc.record({ kind: fc.constant('remove' as const), id: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ kind: fc.constant('shift' as const) }),
    );
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ReadyQueue();
      let model: { id: string; priority: number }[] = [];
      for (const each of steps) {
        if (each.kind === 'push') {
          queue.push(`${each.id}`, each.priority);
          if (!model.some(({ id }) => id === `${each.id}`)) model.push({ id: `${each.id}`, priority: each.priority });
        } else if (each.kind === 'remove') {
          queue.remove(`${each.id}`);
          model = model.filter(({ id }) => id !== `${each.id}`);
        } else {
          const [first] = model.toSorted((a, b) => b.priority - a.priority);
          expect(queue.shift()).toBe(first?.id);
          model = model.filter((entry) => entry !== first);
        }
        expect(queue.size).toBe(model.length);
      }
    });
    fc.assert(property, { seed: 20_260, numRuns: 300 });
  });
});

import type { Event } from '@dacapo/contracts';
import type { StoredEvent } from '@dacapo/ports';

import { slicesOf } from './projection-slices.js';

const end = { offset: 99, epoch: 9 };

function at(...places: readonly (readonly [offset: number, epoch: number])[]): readonly StoredEvent[] {
  return places.map(([offset, epoch]) => ({ offset, text: '', event: { epoch } as Event }));
}

function shown(events: readonly StoredEvent[]): unknown {
  return [...slicesOf(events, end, 2)].map((slice) => [
    slice.events.map(({ offset }) => offset),
    slice.checkpoint.offset,
    slice.checkpoint.epoch,
  ]);
}

describe('slicesOf', () => {
  it('gives one slice for no events, so that the position goes on', () => {
    expect(shown([])).toEqual([[[], 99, 9]]);
  });

  it('cuts after so many events; each position is where the next slice begins', () => {
    expect(shown(at([1, 1], [2, 1], [3, 1], [4, 1], [5, 1]))).toEqual([
      [[1, 2], 3, 1],
      [[3, 4], 5, 1],
      [[5], 99, 9],
    ]);
    expect(shown(at([1, 1], [2, 1]))).toEqual([[[1, 2], 99, 9]]);
  });

  it('keeps events of one offset together', () => {
    expect(shown(at([1, 1], [2, 1], [2, 1], [2, 1], [3, 1]))).toEqual([
      [[1, 2, 2, 2], 3, 1],
      [[3], 99, 9],
    ]);
  });

  it('names the epoch of the event behind the position, not that of a later claim', () => {
    expect(shown(at([1, 1], [2, 1], [5, 2], [6, 2], [9, 3]))).toEqual([
      [[1, 2], 5, 2],
      [[5, 6], 9, 3],
      [[9], 99, 9],
    ]);
  });
});

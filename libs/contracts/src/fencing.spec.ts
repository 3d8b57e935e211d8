import { admit, type Fence, openFence } from './fencing.js';
import type { Event } from './events.js';

const claim = (epoch: number): Event => ({ type: 'PartitionClaimed', epoch }) as unknown as Event;
const other = (epoch: number): Event => ({ type: 'WorkflowPaused', epoch }) as unknown as Event;

/** Which events count, in the order of the log. */
function admitted(events: readonly Event[]): readonly boolean[] {
  let fence: Fence = openFence;
  return events.map((event) => {
    const admission = admit(fence, event);
    if (admission.admitted) fence = admission.fence;
    return admission.admitted;
  });
}

describe('I12 fencing', () => {
  it('admits the events of the last owner', () => {
    expect(admitted([claim(1), other(1), claim(2), other(2)])).toEqual([true, true, true, true]);
  });

  it('ignores the events of an owner that was replaced', () => {
    expect(admitted([claim(1), claim(2), other(1), other(2)])).toEqual([true, true, false, true]);
  });

  it('of two claims with one number takes the first', () => {
    expect(admitted([claim(3), claim(3), other(3)])).toEqual([true, false, true]);
  });

  it('ignores a claim that comes too late, without giving the partition back', () => {
    expect(admitted([claim(5), claim(4), other(4), other(5)])).toEqual([true, false, false, true]);
  });

  it('admits nothing of an epoch that nobody has claimed', () => {
    expect(admitted([other(1), claim(1), other(2)])).toEqual([false, true, false]);
  });
});

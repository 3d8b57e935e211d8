import { VirtualClock } from '@dacapo/journal-memory';

import { AssignedReader } from './assigned-reader.js';
import type { Loop } from './supervisor.js';
import { HandAssignment } from './testing/hand-assignment.js';
import { TestLog } from './testing/test-log.js';

describe('AssignedReader', () => {
  const said: string[] = [];
  let assignment: HandAssignment;
  let reader: AssignedReader;

  /** Reads until it is stopped. */
  const make = (partitions: readonly number[]): Loop => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    return {
      run: async (onReady) => {
        said.push(`reads ${partitions.join()}`);
        onReady();
        await ended;
        said.push(`ends ${partitions.join()}`);
      },
      stop: async () => end(),
    };
  };

  beforeEach(() => {
    said.length = 0;
    assignment = new HandAssignment([0, 1]);
    reader = new AssignedReader({ name: 'reader', make, assignment, clock: new VirtualClock(), log: new TestLog() });
  });

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('reads what it is assigned, and one set of partitions after the other', async () => {
    await reader.start();
    expect([reader.isReady, said]).toEqual([true, ['reads 0,1']]);
    assignment.assign([2]);
    await turn();
    expect(said).toEqual(['reads 0,1', 'ends 0,1', 'reads 2']);
    await reader.stop();
    expect([said.at(-1), assignment.isClosed]).toEqual(['ends 2', true]);
  });

  it('stands by when there is nothing for it', async () => {
    assignment = new HandAssignment([]);
    reader = new AssignedReader({ name: 'reader', make, assignment, clock: new VirtualClock(), log: new TestLog() });
    expect(reader.isReady).toBe(false);
    await reader.start();
    expect([reader.isReady, said]).toEqual([true, []]);
    assignment.assign([3]);
    await turn();
    expect(said).toEqual(['reads 3']);
    await reader.stop();
  });

  it('takes words that come faster than it can follow in their order', async () => {
    await reader.start();
    for (const partition of [1, 2, 3]) assignment.assign([partition]);
    await turn();
    expect(said.filter((each) => each.startsWith('reads')).at(-1)).toBe('reads 3');
    expect(said.filter((each) => each.startsWith('ends'))).toHaveLength(
      said.filter((each) => each.startsWith('reads')).length - 1,
    );
    await reader.stop();
  });

  it('begins nothing after its end', async () => {
    await reader.start();
    await reader.stop();
    assignment.assign([5]);
    await turn();
    expect(said).toEqual(['reads 0,1', 'ends 0,1']);
  });
});

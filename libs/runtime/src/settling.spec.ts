import type { Event } from '@dacapo/contracts';
import { VirtualClock } from '@dacapo/journal-memory';

import { RecentEvents } from './recent-events.js';
import { Settling } from './settling.js';

const start = 1_000;

/** What follows from a resolved promise has happened. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

describe('Settling', () => {
  let clock: VirtualClock;
  let recent: RecentEvents;
  let settling: Settling;
  let offset: number;

  beforeEach(() => {
    clock = new VirtualClock(start);
    recent = new RecentEvents();
    settling = new Settling(recent, clock);
    offset = 0;
  });

  /** One batch of the feed. */
  const happen = (...types: readonly Event['type'][]): void => {
    for (const type of types) {
      const event = { type, workflowId: 'w', seq: ++offset, data: { taskId: 't' } } as unknown as Event;
      const stored = { event, offset, text: '' };
      recent.onEvent(stored, 0);
      settling.onEvent(stored);
    }
    settling.onBatchEnd();
  };

  const wait = async (): Promise<() => boolean> => {
    let isOver = false;
    void settling.whenSettled('w', 200).then(() => (isOver = true));
    await Promise.resolve();
    return () => isOver;
  };

  it('does not wait where nothing goes on by itself', async () => {
    happen('WorkflowStarted', 'TaskScheduled');
    await expect(settling.whenSettled('w', 200)).resolves.toBeUndefined();
  });

  it.each([
    ['a script', ['EvaluationRequested'], ['EvaluationRecorded']],
    ['two scripts', ['EvaluationRequested', 'EvaluationRequested'], ['EvaluationRecorded', 'EvaluationRecorded']],
    ['definitions', ['TaskDefsRequested'], ['TaskDefsRecorded']],
    ['a long decision', ['StepsDeferred'], ['StepsResumed', 'TaskScheduled']],
    ['a script whose workflow ends', ['EvaluationRequested'], ['WorkflowFailed']],
  ] as const)('waits for %s', async (_what, begin, end) => {
    happen('WorkflowStarted', ...begin);
    const isOver = await wait();
    happen('TaskLogged');
    await turns();
    expect(isOver()).toBe(false);
    happen(...end);
    await turns();
    expect(isOver()).toBe(true);
  });

  it('waits on when a decision ends one thing and begins another', async () => {
    happen('WorkflowStarted', 'StepsDeferred');
    const isOver = await wait();
    happen('StepsResumed', 'TaskScheduled', 'StepsDeferred');
    await turns();
    expect(isOver()).toBe(false);
  });

  it('does not wait longer than it may', async () => {
    happen('WorkflowStarted', 'EvaluationRequested');
    const isOver = await wait();
    clock.advance(199);
    expect(isOver()).toBe(false);
    clock.advance(1);
    await turns();
    expect(isOver()).toBe(true);
  });
});

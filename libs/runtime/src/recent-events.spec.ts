import { type EventData, type EventType, sealEvent } from '@dacapo/contracts';
import { type StoredEvent } from '@dacapo/ports';
import { sha256 } from '@dacapo/ports-testing';

import { limits } from './limits.js';
import { RecentEvents } from './recent-events.js';

describe('RecentEvents', () => {
  let recent: RecentEvents;

  beforeEach(() => {
    recent = new RecentEvents();
  });

  const stored = <T extends EventType>(
    offset: number,
    workflowId: string,
    seq: number,
    type: T,
    data: EventData<T>,
  ): StoredEvent => ({
    ...sealEvent(
      type,
      data,
      { workflowId, seq, time: 1, causation: `0:${offset}`, epoch: 1, previousHash: '' },
      sha256,
    ),
    offset,
  });
  const paused = (offset: number, workflowId: string, seq: number): StoredEvent =>
    stored(offset, workflowId, seq, 'WorkflowPaused', {});
  const scheduled = (offset: number, workflowId: string, taskId: string): StoredEvent => {
    const names = { referenceTaskName: 'a', taskType: 'SIMPLE', taskDefName: 'a' };
    return stored(offset, workflowId, 2, 'TaskScheduled', { taskId, ...names, taskSeq: 1, input: {} });
  };
  const seqs = (workflowId: string): number[] => recent.of(workflowId).map(({ event }) => event.seq);

  it('keeps the events of a workflow, oldest first', () => {
    for (const each of [paused(1, 'a', 1), paused(2, 'b', 1), paused(3, 'a', 2)]) recent.onEvent(each, 0);
    expect([seqs('a'), seqs('b'), seqs('c')]).toEqual([[1, 2], [1], []]);
    expect(recent.size).toBe(3);
  });

  it('keeps nothing that stands outside of a workflow', () => {
    recent.onEvent(paused(1, 'a', 0), 0);
    expect(recent.size).toBe(0);
  });

  it('forgets what the read model has, partition by partition, to the exact offset', () => {
    for (const offset of [1, 2, 3]) recent.onEvent(paused(offset, 'a', offset), 0);
    recent.onEvent(paused(1, 'b', 1), 1);
    recent.projected(0, 3);
    expect([seqs('a'), seqs('b')]).toEqual([[3], [1]]);
    recent.projected(0, 1);
    recent.projected(2, 99);
    expect(recent.size).toBe(2);
    recent.projected(0, 4);
    expect(seqs('a')).toEqual([]);
  });

  it('knows whose a task is while its scheduling is recent', () => {
    recent.onEvent(scheduled(5, 'a', 't'), 0);
    expect(recent.workflowOf('t')).toBe('a');
    recent.projected(0, 6);
    expect(recent.workflowOf('t')).toBeUndefined();
  });

  it('does not change a list that a reader holds', () => {
    for (const offset of [1, 2]) recent.onEvent(paused(offset, 'a', offset), 0);
    const held = recent.of('a');
    recent.projected(0, 2);
    expect(held).toHaveLength(2);
    expect(seqs('a')).toEqual([2]);
  });

  it('is bounded when the read model does not follow: the oldest go', () => {
    const event = paused(1, 'a', 1);
    for (let offset = 1; offset <= limits.recentEvents; offset++)
      recent.onEvent({ ...event, event: { ...event.event, workflowId: `w${offset}` }, offset }, 0);
    expect([recent.size, seqs('w1').length]).toEqual([limits.recentEvents, 1]);
    recent.onEvent({ ...event, offset: limits.recentEvents + 1 }, 0);
    expect([recent.size, seqs('w1').length, seqs('w2').length, seqs('a').length]).toEqual([
      limits.recentEvents,
      0,
      1,
      1,
    ]);
    recent.projected(0, limits.recentEvents + 1);
    expect(recent.size).toBe(1);
  });
});

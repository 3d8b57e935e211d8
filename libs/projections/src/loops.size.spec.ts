import { performance } from 'node:perf_hooks';

import type { Event, TaskDocument } from '@dacapo/contracts';

import { projectTask } from './project-task.js';

const at = { partition: 0, offset: 1 };

function event(type: string, seq: number, data: object): Event {
  return {
    type,
    version: 1,
    workflowId: 'w',
    seq,
    time: seq,
    causation: '0:1',
    data,
    epoch: 1,
    hash: '',
  } as unknown as Event;
}

const names = { taskId: 't', referenceTaskName: 'l', taskType: 'DO_WHILE', taskDefName: 'l', taskSeq: 1, input: {} };

/** One batch, as the projection runner folds it. */
function fold(turns: number): TaskDocument {
  const own = new WeakSet();
  let document = projectTask(undefined, event('TaskScheduled', 1, names), at, own);
  for (let turn = 1; turn <= turns; turn++) {
    const output = { [turn]: { a: { turn } } };
    document = projectTask(
      document,
      event('LoopIterated', turn + 1, { taskId: 't', iteration: turn, output }),
      at,
      own,
    );
  }
  return document;
}

describe('the document of a loop', () => {
  it('is folded in a time that grows with its turns, not with their square', () => {
    expect(Object.keys(fold(10_000).output)).toHaveLength(10_001);
    const timeOf = (work: () => void): number => {
      const begin = performance.now();
      work();
      return performance.now() - begin;
    };
    const ratio = (): number => {
      const small = timeOf(() => Array.from({ length: 10 }, () => fold(1000))) / 10;
      return timeOf(() => fold(10_000)) / small;
    };
    ratio();
    // One quiet moment of six is enough. Quadratic work would be at 100 in all of them.
    let best = ratio();
    for (let attempt = 0; attempt < 5 && best > 20; attempt++) best = Math.min(best, ratio());
    expect(best).toBeLessThanOrEqual(20);
  });
});

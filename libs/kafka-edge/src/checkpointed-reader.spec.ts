import type { EventBatch, ReaderCheckpoint } from '@dacapo/ports';
import { systemClock } from '@dacapo/runtime';

import { CheckpointedReader, type EventSink } from './checkpointed-reader.js';
import { silent, Story } from './testing/builders.js';

interface Taken {
  readonly count: number;
  readonly isCaughtUp: boolean;
}

function aReader(sinkAnswers: (taken: Taken) => Promise<boolean>) {
  const positions = new Map<number, ReaderCheckpoint>();
  let deliver: (batch: EventBatch) => void | Promise<void> = () => undefined;
  const sink: EventSink = {
    reset: () => undefined,
    stop: () => undefined,
    take: (_partition, events, isCaughtUp) => sinkAnswers({ count: events.length, isCaughtUp }),
  };
  const reader = new CheckpointedReader({
    name: 'test',
    sink,
    journal: {
      end: () => Promise.resolve(2),
      follow: (_from, onBatch) => {
        deliver = onBatch;
        return Promise.resolve({ close: () => Promise.resolve() });
      },
    },
    store: {
      checkpoint: (_name, partition) => Promise.resolve(positions.get(partition)),
      saveCheckpoint: (_name, partition, checkpoint) => {
        positions.set(partition, checkpoint);
        return Promise.resolve();
      },
    },
    partitions: [0],
    clock: systemClock,
    log: silent,
  });
  return { reader, positions, deliver: (batch: EventBatch) => deliver(batch) };
}

const story = new Story('w');
const claim = { ...story.event('PartitionClaimed', { owner: 'me' }), offset: 0 };
const event = { ...story.scheduled('t'), offset: 1 };
const stale = { ...event, event: { ...event.event, epoch: 0 }, offset: 2 };
const fail = (error: unknown): void => {
  throw error;
};

describe('a reader with a position of its own', () => {
  it('keeps its position after what follows from the events is durable, and the fence with it', async () => {
    const durable = Promise.withResolvers<boolean>();
    const { reader, positions, deliver } = aReader(() => durable.promise);
    await reader.start(fail);
    const delivered = deliver({ partition: 0, events: [claim, event], nextOffset: 2 });
    expect(positions.size).toBe(0);
    durable.resolve(true);
    await delivered;
    await reader.stop();
    expect(positions.get(0)).toEqual({ offset: 2, epoch: 1 });
  });

  it('does not keep a position behind which something is held back', async () => {
    const { reader, positions, deliver } = aReader(({ isCaughtUp }) => Promise.resolve(isCaughtUp));
    await reader.start(fail);
    await deliver({ partition: 0, events: [claim], nextOffset: 1 });
    await reader.stop();
    expect(positions.size).toBe(0);
  });

  it('passes on nothing of an owner who had lost the partition', async () => {
    const taken: Taken[] = [];
    const { reader, deliver } = aReader((batch) => {
      taken.push(batch);
      return Promise.resolve(true);
    });
    await reader.start(fail);
    await deliver({ partition: 0, events: [claim, event, stale], nextOffset: 3 });
    await reader.stop();
    expect(taken).toEqual([{ count: 2, isCaughtUp: true }]);
  });
});

import { sealEvent } from '@dacapo/contracts';
import { MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import { type StoredEvent } from '@dacapo/ports';
import { aCommand, aWorkflowId, sha256, TestLane } from '@dacapo/ports-testing';

import { EventFeed } from './event-feed.js';

describe('EventFeed', () => {
  let journal: MemoryJournal;
  let lanes: TestLane[];
  let feed: EventFeed;
  let heard: { partition: number; stored: StoredEvent }[];
  let ends: [partition: number, nextOffset: number][];
  let failures: unknown[];

  beforeEach(async () => {
    journal = new MemoryJournal({ partitionCount: 2, clock: new VirtualClock() });
    lanes = [await TestLane.take(journal, 0), await TestLane.take(journal, 1)];
    heard = [];
    ends = [];
    failures = [];
    feed = aFeed();
  });

  afterEach(async () => {
    await feed.stop();
    await journal.close();
  });

  const aFeed = (onEvent?: (stored: StoredEvent) => void): EventFeed => {
    const made = new EventFeed(journal, [
      {
        onEvent: (stored, partition) => {
          onEvent?.(stored);
          heard.push({ stored, partition });
        },
        onBatchEnd: (partition, nextOffset) => ends.push([partition, nextOffset]),
      },
      { onEvent: () => undefined },
    ]);
    made.begin(new Map([0, 1].map((partition) => [partition, { offset: 0, epoch: 0 }])));
    return made;
  };
  const start = (): Promise<void> => feed.start((error) => failures.push(error));
  const run = async (partition: number, events = 1): Promise<string> => {
    const id = aWorkflowId(partition, 2);
    await lanes[partition]?.run(journal, [aCommand(id)], events);
    return id;
  };
  const ids = (): string[] => heard.map(({ stored }) => stored.event.workflowId).filter((id) => id !== '');

  it('tells of what is there and of what comes, in order', async () => {
    const before = await run(0);
    await start();
    await feed.caughtUp();
    expect(ids()).toEqual([before]);
    const after = [await run(0), await run(0)];
    await feed.caughtUp();
    expect(ids()).toEqual([before, ...after]);
  });

  it('tells of all partitions that it follows, and of no other', async () => {
    feed.begin(new Map());
    const other = new EventFeed(journal, [{ onEvent: (stored, partition) => heard.push({ stored, partition }) }]);
    other.begin(new Map([[1, { offset: 0, epoch: 0 }]]));
    await run(0);
    const id = await run(1);
    await other.start(() => undefined);
    await other.caughtUp();
    expect(ids()).toEqual([id]);
    expect(heard.every(({ partition }) => partition === 1)).toBe(true);
    await other.stop();
  });

  it('says where the batch ended only when all of its events were told', async () => {
    await run(0, 3);
    await start();
    await feed.caughtUp();
    expect(ends).toContainEqual([0, await journal.end(0)]);
    expect(heard.filter(({ partition }) => partition === 0)).toHaveLength(4);
  });

  it('keeps the events of a stale owner back', async () => {
    const id = await run(0);
    await TestLane.take(journal, 0);
    const place = { workflowId: id, seq: 2, time: 1, causation: '0:9', epoch: 1, previousHash: '' };
    journal.log.push(0, { offset: 9, events: [{ ...sealEvent('WorkflowPaused', {}, place, sha256), offset: 9 }] });
    await start();
    await feed.caughtUp();
    expect(heard.map(({ stored }) => stored.event.type)).not.toContain('WorkflowPaused');
    expect(ends).toContainEqual([0, 10]);
  });

  it('begins behind a checkpoint with the epoch that it names', async () => {
    await run(0);
    const offset = await journal.end(0);
    feed.begin(new Map([[0, { offset, epoch: 1 }]]));
    const id = await run(0);
    await start();
    await feed.caughtUp();
    expect(ids()).toEqual([id]);
  });

  it('is caught up at once when there is nothing to come', async () => {
    await start();
    await feed.caughtUp();
    await feed.caughtUp();
  });

  it('goes on where it was after a stop', async () => {
    await start();
    const first = await run(0);
    await feed.caughtUp();
    await feed.stop();
    const second = await run(0);
    await start();
    await feed.caughtUp();
    expect(ids()).toEqual([first, second]);
  });

  it('fails when a listener does, and a new start tells the whole batch again', async () => {
    let faults = 1;
    feed = aFeed((stored) => {
      if (stored.event.type === 'VariablesSet' && faults-- > 0) throw new Error('a listener of the test');
    });
    const id = await run(0, 2);
    await start();
    while (failures.length === 0) await Promise.resolve();
    expect(String(failures[0])).toContain('a listener of the test');
    await start();
    await feed.caughtUp();
    expect(ids()).toEqual([id, id]);
  });
});

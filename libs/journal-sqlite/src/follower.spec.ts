import type { EventBatch, StoredEvent } from '@dacapo/ports';
import { Follower } from './follower.js';
import { limits } from './limits.js';

/** One event per offset, and reads that a test answers by hand. */
class Stage {
  readonly partition = { index: 3, end: 0 };
  readonly seen: EventBatch[] = [];
  readonly reads: { from: number; to: number; answer: (nextOffset?: number) => void }[] = [];
  failure: unknown;
  handle: () => void | Promise<void> = () => undefined;

  readonly read = (_: number, from: number, to: number): Promise<EventBatch> =>
    new Promise((resolve) => {
      const answer = (nextOffset = to): void =>
        resolve({ partition: 3, events: eventsIn(from, nextOffset), nextOffset });
      this.reads.push({ from, to, answer });
    });

  follower(position = 0): Follower {
    return new Follower({
      partition: this.partition,
      position,
      read: this.read,
      onBatch: (batch) => {
        this.seen.push(batch);
        return this.handle();
      },
      onFailure: (error) => (this.failure = error),
    });
  }

  commit(follower: Follower, count: number): void {
    const from = this.partition.end;
    this.partition.end += count;
    follower.offer(eventsIn(from, this.partition.end), from);
  }

  get offsets(): number[] {
    return this.seen.flatMap((batch) => batch.events.map((each) => each.offset));
  }
}

function eventsIn(from: number, to: number): StoredEvent[] {
  return Array.from({ length: to - from }, (_, n) => ({
    event: {} as StoredEvent['event'],
    text: 'text',
    offset: from + n,
  }));
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, n) => n);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Follower', () => {
  let stage: Stage;
  let release: () => void;
  let isReleased: Promise<void>;

  beforeEach(() => {
    stage = new Stage();
    ({ promise: isReleased, resolve: release } = Promise.withResolvers<void>());
  });

  it('gets what was just committed at once and never reads it', () => {
    const follower = stage.follower();
    stage.commit(follower, 2);
    stage.commit(follower, 1);
    expect(stage.seen.map((batch) => [batch.events.length, batch.nextOffset])).toEqual([
      [2, 2],
      [1, 3],
    ]);
    expect(stage.reads).toEqual([]);
  });

  it('gets in one batch what came while its handler was busy', async () => {
    const follower = stage.follower();
    stage.handle = () => isReleased;
    stage.commit(follower, 1);
    stage.commit(follower, 2);
    stage.commit(follower, 3);
    expect(stage.offsets).toEqual([0]);
    release();
    await turn();
    expect(stage.seen.map((batch) => batch.events.length)).toEqual([1, 5]);
    expect(stage.offsets).toEqual(upTo(6));
    expect(stage.reads).toEqual([]);
  });

  it.each([
    [limits.followerEventsMax - 1, 0],
    [limits.followerEventsMax, 0],
    [limits.followerEventsMax + 1, 1],
  ])('keeps a bounded amount: %i events lead to %i reads', async (count, reads) => {
    const follower = stage.follower();
    stage.handle = () => isReleased;
    stage.commit(follower, 1);
    stage.commit(follower, count - 1);
    stage.commit(follower, 1);
    release();
    await turn();
    expect(stage.reads.map(({ from, to }) => [from, to])).toEqual(reads === 0 ? [] : [[1, count + 1]]);
    stage.reads[0]?.answer();
    await turn();
    expect(stage.offsets).toEqual(upTo(count + 1));
  });

  it('catches up under constant load: what is committed during a read waits for it', async () => {
    stage.partition.end = 10;
    const follower = stage.follower();
    follower.goOn();
    stage.commit(follower, 1);
    stage.commit(follower, 1);
    stage.reads[0]!.answer();
    await turn();
    stage.commit(follower, 1);
    expect(stage.offsets).toEqual(upTo(13));
    expect(stage.reads).toHaveLength(1);
  });

  it('reads page by page', async () => {
    stage.partition.end = 10;
    const follower = stage.follower();
    follower.goOn();
    stage.commit(follower, 1);
    stage.reads[0]!.answer(4);
    await turn();
    expect(stage.reads.map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [4, 11],
    ]);
    stage.reads[1]!.answer();
    await turn();
    expect(stage.offsets).toEqual(upTo(11));
  });

  it('that begins behind the end waits until the log gets there', async () => {
    stage.partition.end = 1;
    const follower = stage.follower(3);
    follower.goOn();
    stage.commit(follower, 1);
    stage.commit(follower, 3);
    stage.reads[0]!.answer();
    await turn();
    expect(stage.reads.map(({ from, to }) => [from, to])).toEqual([[3, 5]]);
    expect(stage.offsets).toEqual([3, 4]);
  });

  it('is not called for a decision without events, and goes on behind it', () => {
    const follower = stage.follower();
    stage.partition.end = 1;
    follower.offer([], 0);
    stage.commit(follower, 1);
    expect(stage.seen.map((batch) => batch.nextOffset)).toEqual([2]);
    expect(stage.reads).toEqual([]);
  });

  it('delivers nothing of a read that ends after close', async () => {
    stage.partition.end = 1;
    const follower = stage.follower();
    follower.goOn();
    const closing = follower.close();
    stage.reads[0]!.answer();
    await closing;
    expect(stage.seen).toEqual([]);
  });

  it('reports a handler that fails, at once or later, and stops', async () => {
    for (const handle of [
      () => {
        throw new Error('bad');
      },
      () => Promise.reject(new Error('bad')),
    ]) {
      stage = new Stage();
      stage.handle = handle;
      const follower = stage.follower();
      stage.commit(follower, 1);
      await turn();
      stage.commit(follower, 1);
      expect(stage.failure).toEqual(new Error('bad'));
      expect(stage.offsets).toEqual([0]);
      await follower.close();
    }
  });
});

/**
 * One fetch after the other from every broker that leads a wanted partition, for all followers and sources of a topic in
 * this process together. What is fetched is handed over at once and the next fetch is on its way before anybody works on it.
 */
import { DaCapoError } from '@dacapo/contracts';
import type { KafkaConnection } from './client.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { Outage, protocolErrorOf } from './outage.js';
import type { LogRecord } from './record.js';
import { type Fetched, TopicConnection } from './topic-connection.js';

/** Who gets the records of a partition. None of the calls may throw. */
export interface Reader {
  /** Empty when the log had nothing left at some offsets (compaction). */
  accept(records: readonly LogRecord[]): void;
  /** False: gets nothing more for now; `FetchLoop.wake` says that it changed its mind. */
  hasRoom(): boolean;
  fail(error: DaCapoError): void;
}

export class Cursor {
  constructor(
    readonly partition: number,
    /** The next offset. */
    public offset: number,
    readonly reader: Reader,
  ) {}
}

export interface FetchLoopOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly log: Log;
  /** Pause after a fetch that brought something, so that more comes together: for readers in no hurry. Default 0. */
  readonly restMs?: number;
  /** Offsets have no gaps, because nothing is compacted and nothing is transactional: a gap is a loss. */
  readonly isDense: boolean;
}

interface Delivery {
  readonly reader: Reader;
  readonly records: readonly LogRecord[];
}

export class FetchLoop {
  private readonly cursors = new Map<number, Cursor[]>();
  private readonly busy = new Map<string, Promise<void>>();
  private readonly connection: TopicConnection;
  private readonly outage: Outage;
  private starting: Promise<void> | undefined;
  private isWokenAgain = false;
  private isRecovering = false;
  private isClosed = false;

  constructor(private readonly options: FetchLoopOptions) {
    this.connection = new TopicConnection(options.connection, options.topic);
    this.outage = new Outage(`readers of ${options.topic}`, options.log);
  }

  add(cursor: Cursor): void {
    const others = this.cursors.get(cursor.partition);
    if (others) others.push(cursor);
    else this.cursors.set(cursor.partition, [cursor]);
    this.wake();
  }

  remove(cursor: Cursor): void {
    const left = (this.cursors.get(cursor.partition) ?? []).filter((each) => each !== cursor);
    if (left.length > 0) this.cursors.set(cursor.partition, left);
    else this.cursors.delete(cursor.partition);
  }

  /** Looks for what is wanted and not under way. */
  wake(): void {
    this.isWokenAgain = true;
    if (this.isClosed || this.isRecovering) return;
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
      // Woken after the last look and before this line.
      if (this.isWokenAgain) this.wake();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cursors.clear();
    await this.starting;
    await Promise.all(this.busy.values());
    await this.connection.close();
  }

  private async start(): Promise<void> {
    try {
      while (this.isWokenAgain && !this.isClosed) {
        this.isWokenAgain = false;
        const leaders = await this.connection.leaders([...this.cursors.keys()]);
        for (const [nodeId, partitions] of leaders) {
          if (this.busy.has(nodeId)) continue;
          const wanted = this.chooseCursors(partitions);
          if (wanted.length > 0) this.busy.set(nodeId, this.fetch(nodeId, wanted));
        }
      }
    } catch (error) {
      void this.recover(error);
    }
  }

  private async fetch(nodeId: string, wanted: readonly Cursor[]): Promise<void> {
    const places = wanted.map(({ partition, offset }) => ({ partition, offset }));
    // Whoever lags behind another reader finds data at once; the others must not wait for it.
    const waitMs = wanted.some((cursor) => this.isLagging(cursor)) ? 0 : limits.fetchWaitMs;
    try {
      const fetched = await this.connection.fetch(nodeId, places, waitMs);
      this.outage.succeeded();
      this.busy.delete(nodeId);
      if (fetched.some(({ records }) => records.length > 0)) this.rest(nodeId);
      const offsets = new Map(places.map(({ partition, offset }) => [partition, offset]));
      const deliveries = fetched.flatMap((each) => this.advance(each, offsets.get(each.partition) ?? 0));
      this.wake();
      for (const { reader, records } of deliveries) reader.accept(records);
    } catch (error) {
      this.busy.delete(nodeId);
      if (protocolErrorOf(error) === 'OFFSET_OUT_OF_RANGE') await this.failOutOfRange(places);
      else void this.recover(error);
    }
  }

  private rest(nodeId: string): void {
    const { restMs = 0 } = this.options;
    if (restMs === 0) return;
    const rested = new Promise<void>((resolve) => setTimeout(resolve, restMs));
    this.busy.set(
      nodeId,
      rested.then(() => {
        this.busy.delete(nodeId);
        this.wake();
      }),
    );
  }

  /** Per partition one reader with room; those that stand at different places take turns. */
  private chooseCursors(partitions: readonly number[]): readonly Cursor[] {
    const chosen: Cursor[] = [];
    for (const partition of partitions) {
      const cursors = this.cursors.get(partition) ?? [];
      const index = cursors.findIndex((cursor) => cursor.reader.hasRoom());
      const [cursor] = index < 0 ? [] : cursors.splice(index, 1);
      if (cursor === undefined) continue;
      cursors.push(cursor);
      chosen.push(cursor);
    }
    return chosen;
  }

  private isLagging(cursor: Cursor): boolean {
    const others = this.cursors.get(cursor.partition) ?? [];
    return others.some((other) => other.offset !== cursor.offset && other.reader.hasRoom());
  }

  private advance({ partition, records, end }: Fetched, asked: number): readonly Delivery[] {
    const deliveries: Delivery[] = [];
    for (const cursor of [...(this.cursors.get(partition) ?? [])]) {
      if (cursor.offset < asked || !cursor.reader.hasRoom()) continue;
      const news =
        (records[0]?.offset ?? 0) >= cursor.offset ? records : records.filter((each) => each.offset >= cursor.offset);
      const [first, last] = [news[0], news.at(-1)];
      if (first === undefined || last === undefined) {
        // A compacted batch may be empty: step over it, or the same one comes again for ever.
        if (this.options.isDense || cursor.offset !== asked || end <= asked) continue;
        cursor.offset++;
        deliveries.push({ reader: cursor.reader, records: [] });
        continue;
      }
      const isWhole = first.offset === cursor.offset && last.offset - first.offset + 1 === news.length;
      if (this.options.isDense && !isWhole) {
        this.fail(
          cursor,
          `${cursor.offset} was expected, ${news.length} records from ${first.offset} to ${last.offset} came`,
        );
        continue;
      }
      cursor.offset = last.offset + 1;
      deliveries.push({ reader: cursor.reader, records: news });
    }
    return deliveries;
  }

  /** The broker does not say for all which it meant, so each is compared with what there is. */
  private async failOutOfRange(
    places: readonly { readonly partition: number; readonly offset: number }[],
  ): Promise<void> {
    try {
      for (const { partition, offset } of places) {
        const { start, end } = await this.connection.bounds(partition);
        if (offset >= start && offset <= end) continue;
        for (const cursor of this.cursors.get(partition) ?? []) {
          if (cursor.offset === offset)
            this.fail(cursor, `offset ${offset} is not in the log, which has ${start} to ${end}`);
        }
      }
      this.wake();
    } catch (error) {
      void this.recover(error);
    }
  }

  private fail(cursor: Cursor, what: string): void {
    this.remove(cursor);
    cursor.reader.fail(
      new DaCapoError(
        'INVARIANT_BROKEN',
        `${this.options.topic} partition ${cursor.partition}: ${what}; records are missing`,
      ),
    );
  }

  private async recover(error: unknown): Promise<void> {
    if (this.isClosed || this.isRecovering) return;
    this.isRecovering = true;
    await this.connection.discard();
    await this.outage.failed(error);
    this.isRecovering = false;
    this.wake();
  }
}

/** One subscription to the events: per partition one batch after the other goes to the handler. */
import type { EventBatch, Subscription } from '@dacapo/ports';
import { Cursor, type FetchLoop, type Reader } from './fetch-loop.js';
import { limits } from './limits.js';
import { eventOf, type LogRecord, sizeOf } from './record.js';

export interface FollowerOptions {
  readonly loop: FetchLoop;
  readonly topic: string;
  readonly from: ReadonlyMap<number, number>;
  readonly onBatch: (batch: EventBatch) => void | Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly onClose: (follower: Follower) => void;
}

export class Follower implements Subscription {
  private readonly lanes: readonly FollowedPartition[];
  private isClosed = false;

  constructor(private readonly options: FollowerOptions) {
    this.lanes = [...options.from].map(
      ([partition, offset]) =>
        new FollowedPartition({ ...options, partition, offset, onFailure: (error) => this.fail(error) }),
    );
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const lane of this.lanes) lane.stop();
    this.options.onClose(this);
    await Promise.all(this.lanes.map((lane) => lane.idle()));
  }

  private fail(error: unknown): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const lane of this.lanes) lane.stop();
    this.options.onClose(this);
    this.options.onFailure(error);
  }
}

interface FollowedPartitionOptions {
  readonly loop: FetchLoop;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly onBatch: (batch: EventBatch) => void | Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

class FollowedPartition implements Reader {
  private records: LogRecord[] = [];
  /** Of what waits and of what the handler has: a slow handler holds up its own partition and no other. */
  private bytes = 0;
  private working: Promise<void> | undefined;
  private isStopped = false;
  private readonly cursor: Cursor;

  constructor(private readonly options: FollowedPartitionOptions) {
    this.cursor = new Cursor(options.partition, options.offset, this);
    options.loop.add(this.cursor);
  }

  accept(records: readonly LogRecord[]): void {
    if (this.isStopped) return;
    for (const record of records) {
      this.records.push(record);
      this.bytes += sizeOf(record);
    }
    this.working ??= this.work();
  }

  hasRoom(): boolean {
    return this.bytes < limits.readerBufferBytes;
  }

  fail(error: unknown): void {
    this.options.onFailure(error);
  }

  stop(): void {
    this.isStopped = true;
    this.records = [];
    this.options.loop.remove(this.cursor);
  }

  async idle(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    try {
      while (this.records.length > 0) {
        const records = this.records;
        this.records = [];
        await this.options.onBatch(this.batchOf(records));
        if (this.isStopped) return;
        const hadRoom = this.hasRoom();
        for (const record of records) this.bytes -= sizeOf(record);
        if (!hadRoom) this.options.loop.wake();
      }
    } catch (error) {
      this.options.onFailure(error);
    } finally {
      this.working = undefined;
    }
  }

  private batchOf(records: readonly LogRecord[]): EventBatch {
    const { topic, partition } = this.options;
    const events = records.map((record) => eventOf(record, `${topic}:${partition}`));
    return { partition, events, nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
  }
}

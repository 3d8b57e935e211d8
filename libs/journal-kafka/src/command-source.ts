/** Commands of one partition for its lane: what was fetched is handed out as it is asked for. */
import { type DaCapoError, invariant, isDaCapoError } from '@dacapo/contracts';
import type { CommandSource, ReceivedCommand } from '@dacapo/ports';
import { Cursor, type FetchLoop, type Reader } from './fetch-loop.js';
import { limits } from './limits.js';
import { commandOf, type LogRecord, sizeOf } from './record.js';

export interface CommandSourceOptions {
  readonly loop: FetchLoop;
  /** Topic and partition, for messages. */
  readonly place: string;
  readonly partition: number;
  readonly fromOffset: number;
  readonly onClose: (source: KafkaCommandSource) => void;
}

export class KafkaCommandSource implements CommandSource, Reader {
  private records: LogRecord[] = [];
  private bytes = 0;
  private failure: DaCapoError | undefined;
  private isClosed = false;
  private wakeTaker: (() => void) | undefined;
  private readonly cursor: Cursor;

  constructor(private readonly options: CommandSourceOptions) {
    this.cursor = new Cursor(options.partition, options.fromOffset, this);
    options.loop.add(this.cursor);
  }

  async take(max: number): Promise<readonly ReceivedCommand[]> {
    invariant(this.wakeTaker === undefined, 'a lane takes its commands one call after the other');
    while (this.records.length === 0 && !this.isClosed) {
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wakeTaker = resolve;
      });
      this.wakeTaker = undefined;
    }
    return this.isClosed ? [] : this.takeDecoded(max);
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.records = [];
    this.options.loop.remove(this.cursor);
    this.wakeTaker?.();
    this.options.onClose(this);
    return Promise.resolve();
  }

  accept(records: readonly LogRecord[]): void {
    if (this.isClosed) return;
    for (const record of records) {
      this.records.push(record);
      this.bytes += sizeOf(record);
    }
    this.wakeTaker?.();
  }

  hasRoom(): boolean {
    return this.bytes < limits.readerBufferBytes;
  }

  fail(error: DaCapoError): void {
    this.failure = error;
    this.wakeTaker?.();
  }

  /** Stops before a record that it cannot read, and throws when that one is the first. */
  private takeDecoded(max: number): readonly ReceivedCommand[] {
    const hadRoom = this.hasRoom();
    const taken: ReceivedCommand[] = [];
    for (const record of this.records) {
      if (taken.length === max) break;
      const received = this.decode(record, taken.length === 0);
      if (received === undefined) break;
      taken.push(received);
      this.bytes -= sizeOf(record);
    }
    this.records = this.records.slice(taken.length);
    if (!hadRoom && this.hasRoom()) this.options.loop.wake();
    return taken;
  }

  private decode(record: LogRecord, isFirst: boolean): ReceivedCommand | undefined {
    try {
      return { command: commandOf(record, this.options.place), offset: record.offset, time: record.time };
    } catch (error) {
      if (isFirst || !isDaCapoError(error)) throw error;
      return undefined;
    }
  }
}

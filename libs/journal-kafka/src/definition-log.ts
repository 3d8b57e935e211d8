/** The compacted topic of definitions as a `DefinitionLog`. One partition, so that all see all changes in one order. */
import type { DaCapoError } from '@dacapo/contracts';
import type { DefinitionEntry, DefinitionLog } from '@dacapo/ports';
import { bytesOf } from './append-queue.js';
import { Batcher, type Parcel } from './batcher.js';
import { type KafkaConnection, openClient } from './client.js';
import { Cursor, FetchLoop, type Reader } from './fetch-loop.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { LogReader } from './log-reader.js';
import { LogProducer, type OutgoingRecord } from './producer.js';
import { type LogRecord, textOf } from './record.js';
import { ensureTopics, topicSpecs } from './topics.js';

export interface KafkaDefinitionLogOptions extends KafkaConnection {
  /** With its dot; default `dacapo.`. */
  readonly topicPrefix?: string;
  readonly createTopics: boolean;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

interface EntryParcel extends Parcel {
  readonly outgoing: readonly OutgoingRecord[];
}

const partition = 0;

export class KafkaDefinitionLog implements DefinitionLog {
  private readonly batcher: Batcher<EntryParcel, void>;
  private readonly producer: LogProducer;
  private readonly loop: FetchLoop;
  private readonly reader: LogReader;

  static async open(options: KafkaDefinitionLogOptions): Promise<KafkaDefinitionLog> {
    const spec = topicSpecs.definitions(options.topicPrefix ?? 'dacapo.');
    await ensureTopics({ ...options, topics: [spec] });
    return new KafkaDefinitionLog(options, spec.name);
  }

  private constructor(options: KafkaDefinitionLogOptions, topic: string) {
    this.producer = new LogProducer(openClient(options), topic, options.log);
    this.loop = new FetchLoop({ connection: options, topic, log: options.log, isDense: false });
    this.reader = new LogReader(options, topic, options.log);
    this.batcher = new Batcher<EntryParcel, void>(
      { bytes: limits.batchBytes, records: limits.batchRecords, waitingBytes: limits.waitingBytes },
      async (parcels) => {
        await this.producer.produce(parcels.flatMap((parcel) => parcel.outgoing));
        return parcels.map(() => undefined);
      },
    );
  }

  async put(entries: readonly DefinitionEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const outgoing = entries.map(({ key, value }) => ({ partition, key, value }));
    const bytes = outgoing.reduce((sum, record) => sum + bytesOf(record), 0);
    await this.batcher.add({ outgoing, bytes, records: outgoing.length });
  }

  async follow(onEntries: (entries: readonly DefinitionEntry[]) => void): Promise<void> {
    const end = await this.reader.end(partition);
    const follower = new DefinitionFollower(onEntries, end);
    this.loop.add(follower.cursor);
    await follower.caughtUp;
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.close(), this.loop.close(), this.reader.close()]);
  }
}

class DefinitionFollower implements Reader {
  readonly cursor = new Cursor(partition, 0, this);
  readonly caughtUp: Promise<void>;
  private readonly settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void };

  constructor(
    private readonly onEntries: (entries: readonly DefinitionEntry[]) => void,
    private readonly end: number,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.caughtUp = promise;
    this.settle = { resolve, reject };
    if (end === 0) resolve();
  }

  accept(records: readonly LogRecord[]): void {
    if (records.length > 0) this.onEntries(records.map(entryOf));
    if (this.cursor.offset >= this.end) this.settle.resolve();
  }

  hasRoom(): boolean {
    return true;
  }

  fail(error: DaCapoError): void {
    this.settle.reject(error);
  }
}

function entryOf(record: LogRecord): DefinitionEntry {
  return { key: record.key?.toString('utf8') ?? '', value: record.value === null ? null : textOf(record) };
}

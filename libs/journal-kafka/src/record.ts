/**
 * One record of a topic, and what it holds. Key = workflow id (a claim has none), value = the JSON, plain or
 * behind the frame of a schema registry: a log may hold both, and a reader needs no registry. There are no headers:
 * every reader of ours needs the value or only the key, and eight headers cost 19 % of the throughput.
 */
import { type Command, DaCapoError, decodeCommand, decodeEvent, unframed } from '@dacapo/contracts';
import type { StoredEvent } from '@dacapo/ports';
import type { FetchedRecord } from 'kafkajs/src/cluster/index.js';
import { messageOf } from './outage.js';

export interface LogRecord {
  readonly offset: number;
  /** Epoch milliseconds; by the topic's configuration the broker's. */
  readonly time: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export function recordOf(record: FetchedRecord): LogRecord {
  return { offset: Number(record.offset), time: Number(record.timestamp), key: record.key, value: record.value };
}

/** A claim of a partition is the only record of events without a workflow. */
export function isClaim(record: LogRecord): boolean {
  return record.key === null || record.key.length === 0;
}

export function sizeOf(record: LogRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0);
}

/** Throws COMMAND_UNREADABLE, with the place. */
export function eventOf(record: LogRecord, place: string): StoredEvent {
  const text = textOf(record);
  return readable(place, record, () => ({ event: decodeEvent(text), text, offset: record.offset }));
}

export function commandOf(record: LogRecord, place: string): Command {
  return readable(place, record, () => decodeCommand(textOf(record)));
}

/** Without the frame: the text that hashes and proofs are about is the same with and without a registry. */
export function textOf(record: LogRecord): string {
  return record.value === null ? '' : unframed(record.value).toString('utf8');
}

function readable<T>(place: string, record: LogRecord, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new DaCapoError('COMMAND_UNREADABLE', `${place}:${record.offset}: ${messageOf(cause)}`, { cause });
  }
}

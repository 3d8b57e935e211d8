/** What could not be processed: why, where it came from, and the bytes themselves. Written before the source goes on, so none gets lost. */
import { isUtf8 } from 'node:buffer';

import { schemaIdOf, schemaSubject, unframed } from '@dacapo/contracts';
import type { Clock } from '@dacapo/ports';

import { limits } from './limits.js';
import type { Publisher } from './publisher.js';

export interface DeadLetter {
  /** One of the error codes of contracts. */
  readonly code: string;
  readonly reason: string;
  readonly source: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly key?: Buffer | string | null;
  };
  /** The record's `id`, as far as it could be read. */
  readonly id?: string;
  /** Absent when there is none (a tombstone). */
  readonly payload?: Buffer | string | null;
}

export class DeadLetters {
  /** How many were written since the start, by code. */
  readonly counts = new Map<string, number>();

  constructor(
    private readonly topic: string,
    private readonly publisher: Publisher,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Resolves when they are durable. */
  async write(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const time = this.clock.now();
    const subject = schemaSubject(this.topic, 'DeadLetter');
    await this.publisher.publish(
      letters.map((letter) => ({
        topic: this.topic,
        key: letter.source.key?.toString() ?? '',
        value: JSON.stringify(valueOf(letter, time)),
        subject,
      })),
    );
    for (const { code } of letters) this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
  }

  /** What fails from now on is not tried again. */
  stop(): void {
    this.publisher.stop();
  }

  /** After `stop`: failures are tried again. */
  resume(): void {
    this.publisher.resume();
  }

  async close(): Promise<void> {
    await this.publisher.close();
  }
}

function valueOf({ code, reason, source, id, payload }: DeadLetter, time: number): object {
  const key = source.key === undefined || source.key === null ? null : source.key.toString();
  return { code, reason, time, ...(id === undefined ? {} : { id }), source: { ...source, key }, ...payloadOf(payload) };
}

/** Text where it is text, so that a person can read it; base64 otherwise. The frame of a schema registry is told apart from it. */
function payloadOf(payload: Buffer | string | null | undefined): object {
  if (payload === undefined || payload === null) return { payload: null, encoding: 'none' };
  const whole = Buffer.from(payload);
  const bytes = unframed(whole);
  const schemaId = schemaIdOf(whole);
  const frame = schemaId === undefined ? {} : { schemaId };
  const kept = bytes.subarray(0, limits.deadLetterBytes);
  const truncated = kept.length < bytes.length ? { payloadBytes: bytes.length } : {};
  return isUtf8(kept)
    ? { payload: kept.toString('utf8'), encoding: 'text', ...frame, ...truncated }
    : { payload: kept.toString('base64'), encoding: 'base64', ...frame, ...truncated };
}

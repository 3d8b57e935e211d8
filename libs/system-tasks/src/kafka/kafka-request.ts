/** `kafka_request` as a record (contract 6.20). Pure. */
import type { JsonObject } from '@dacapo/contracts';

import { isMap, numberOf, own, textOf } from '../json/values.js';
import { limits } from '../limits.js';
import type { KafkaRecord } from './kafka-publisher.js';

export type ReadRecord =
  { readonly ok: true; readonly record: KafkaRecord } | { readonly ok: false; readonly reason: string };

const requestTimeoutMs = 100;
const maxBlockMs = 500;

export function readKafkaRequest(input: JsonObject): ReadRecord {
  const request = own(input, 'kafka_request');
  if (!isMap(request))
    return refused(
      "Missing Kafka request. Task input MUST have a 'kafka_request' key with KafkaTask.Input as value. See documentation for KafkaTask for required input parameters",
    );
  const servers = serversOf(own(request, 'bootStrapServers'));
  if (servers.length === 0) return refused('No boot strap servers specified');
  const topic = textOf(own(request, 'topic'));
  if (topic === undefined)
    return refused('Missing Kafka topic. See documentation for KafkaTask for required input parameters');
  const value = own(request, 'value');
  if (value === undefined)
    return refused('Missing Kafka value.  See documentation for KafkaTask for required input parameters');
  const key = keyOf(own(request, 'key'), textOf(own(request, 'keySerializer')) ?? '');
  if (key === null) return notPublished('the key is no number, and its keySerializer wants one');
  const headers = headersOf(own(request, 'headers'));
  if (headers === undefined) return notPublished('headers must be a map');
  return {
    ok: true,
    record: {
      servers,
      topic,
      value: JSON.stringify(value),
      headers,
      timeoutMs: timeoutOf(request),
      ...(key === undefined ? {} : { key }),
    },
  };
}

export function notInvoked(message: string): string {
  return `Failed to invoke kafka task due to: ${message}`;
}

/** A text separated by commas as in Conductor, or a list. */
function serversOf(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? value.map(textOf) : (textOf(value)?.split(',') ?? []);
  return texts.map((text) => text?.trim() ?? '').filter((text) => text !== '');
}

/** Null: it cannot be one. Kafka's own encodings: big-endian, 8 or 4 bytes. */
function keyOf(value: unknown, serializer: string): Buffer | string | undefined | null {
  if (value === undefined) return undefined;
  const name = serializer.split('.').at(-1) ?? '';
  if (name !== 'LongSerializer' && name !== 'IntegerSerializer')
    return typeof value === 'string' ? value : JSON.stringify(value);
  const text = textOf(value) ?? '';
  if (!/^-?\d{1,19}$/.test(text)) return null;
  const number = BigInt(text);
  const bits = name === 'LongSerializer' ? 64 : 32;
  if (BigInt.asIntN(bits, number) !== number) return null;
  const buffer = Buffer.alloc(bits / 8);
  if (bits === 64) buffer.writeBigInt64BE(number);
  else buffer.writeInt32BE(Number(number));
  return buffer;
}

function headersOf(value: unknown): Readonly<Record<string, string | string[]>> | undefined {
  if (value === undefined) return {};
  if (!isMap(value)) return undefined;
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(
    entries.map(([name, each]) => [name, Array.isArray(each) ? each.map(headerText) : headerText(each)]),
  );
}

function headerText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** In Java the two bound single steps. Here they bound the whole, and a connection that is not there yet must fit in. */
function timeoutOf(request: JsonObject): number {
  const sum =
    (numberOf(own(request, 'requestTimeoutMs')) ?? requestTimeoutMs) +
    (numberOf(own(request, 'maxBlockMs')) ?? maxBlockMs);
  return Math.min(Math.max(sum, limits.kafkaMinMs), limits.kafkaMaxMs);
}

function refused(reason: string): ReadRecord {
  return { ok: false, reason };
}

function notPublished(message: string): ReadRecord {
  return refused(notInvoked(message));
}

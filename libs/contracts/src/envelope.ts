/**
 * How an event is written and chained. The text of a record is
 * `{"type":..,"version":..,"workflowId":..,"seq":..,"time":..,"causation":..,"data":{..},"epoch":..,"hash":"..","commandId":..}`
 * and its hash covers the hash of the workflow's event before, a line feed, and the bytes up to `,"epoch":` as they were written:
 * two owners who decide the same command write the same hash, whatever their epochs are.
 */
import { invariant } from './errors.js';
import type { Event, EventData, EventType } from './events.js';

/** Takes a text and gives a digest of 43 characters (SHA-256, base64url). Handed in: the pure libraries own no hash. */
export type Hash = (text: string) => string;

/** An event and the bytes that the journal keeps of it. */
export interface SealedEvent {
  readonly event: Event;
  readonly text: string;
}

export interface EventHeader {
  readonly workflowId: string;
  readonly seq: number;
  readonly time: number;
  readonly causation: string;
  readonly epoch: number;
  /** Hash of the workflow's event before; empty for the first. */
  readonly previousHash: string;
  /** On the first event of a decision. */
  readonly command?: { readonly id: string; readonly repeatable?: true };
}

const tail = ',"epoch":';

export function sealEvent<T extends EventType>(
  type: T,
  data: EventData<T>,
  header: EventHeader,
  hash: Hash,
): SealedEvent {
  const { workflowId, seq, time, causation, epoch, command } = header;
  const body =
    `{"type":"${type}","version":1,"workflowId":${JSON.stringify(workflowId)},"seq":${seq},"time":${time},` +
    `"causation":"${causation}","data":${JSON.stringify(data)}`;
  const digest = hash(`${header.previousHash}\n${body}`);
  const event = { type, version: 1, workflowId, seq, time, causation, data, epoch, hash: digest };
  const text = `${body}${tail}${epoch},"hash":"${digest}"`;
  if (command === undefined) return { event: event as unknown as Event, text: `${text}}` };
  const repeatable = command.repeatable === true ? { repeatable: true } : {};
  return {
    event: { ...event, commandId: command.id, ...repeatable } as unknown as Event,
    text: `${text},"commandId":${JSON.stringify(command.id)}${command.repeatable === true ? ',"repeatable":true' : ''}}`,
  };
}

/** The hash that a record ought to have, from its bytes as they were written. */
export function expectedHash(text: string, previousHash: string, hash: Hash): string {
  const end = text.lastIndexOf(tail);
  invariant(end > 0, 'I26 a record has a body in front of its epoch');
  return hash(`${previousHash}\n${text.slice(0, end)}`);
}

/** Id of an event, unique in the installation. */
export function eventId(event: Pick<Event, 'workflowId' | 'seq'>): string {
  return `${event.workflowId}:${event.seq}`;
}

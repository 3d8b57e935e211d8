/** The bytes of the journal back into values. An unknown type or a newer version is never skipped: the caller must stop. */
import { type Command, commandShapes } from './commands.js';
import { DaCapoError } from './errors.js';
import { type Event, eventShapes } from './events.js';

export function encodeCommand(command: Command): string {
  return JSON.stringify(command);
}

export function decodeCommand(text: string): Command {
  return decode(text, 'command', commandShapes) as unknown as Command;
}

export function decodeEvent(text: string): Event {
  return decode(text, 'event', eventShapes) as unknown as Event;
}

function decode(text: string, kind: string, shapes: object): Record<string, unknown> {
  const value: unknown = parse(text, kind);
  if (typeof value !== 'object' || value === null) throw unreadable(`a ${kind} must be an object`);
  const record = value as Record<string, unknown>;
  if (typeof record['type'] !== 'string' || !Object.hasOwn(shapes, record['type'])) {
    throw unreadable(`unknown ${kind} type ${JSON.stringify(record['type'])}`);
  }
  if (record['version'] !== 1)
    throw unreadable(`${record['type']} has version ${String(record['version'])}, this program reads 1`);
  return record;
}

function parse(text: string, kind: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DaCapoError('COMMAND_UNREADABLE', `a ${kind} is not JSON`, { cause });
  }
}

function unreadable(message: string): DaCapoError {
  return new DaCapoError('COMMAND_UNREADABLE', message);
}

/**
 * The files under schemas/commands and schemas/events, made from the shapes that the TypeScript types are inferred from. The envelope is not a
 * shape; its keys are checked against the types here. draft-07 and closed objects: what a schema registry can compare (README of schemas/).
 */
import {
  type CommandNamed,
  commandShapes,
  type CommandType,
  type EventNamed,
  eventShapes,
  type EventType,
  type Grant,
  type JsonSchema,
} from '@dacapo/contracts';
import { format, resolveConfig } from 'prettier';

import { commandDescriptions, eventDescriptions } from './descriptions.js';

type Optional<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/** The properties of a type, each with its schema: a property that is missing here, or optional here and not there, does not compile. */
interface Properties<T> {
  readonly required: Readonly<Record<Exclude<keyof T, Optional<T>>, JsonSchema>>;
  readonly optional: Readonly<Record<Optional<T>, JsonSchema>>;
}

const text: JsonSchema = { type: 'string' };
const id: JsonSchema = { type: 'string', minLength: 1 };

const repeatable: JsonSchema = {
  const: true,
  description: 'The sender may send the command twice: its id is remembered, and the second one changes nothing.',
};

const grant: Properties<Grant> = {
  required: { taskType: text, pollId: text },
  optional: { workerId: text, domain: text },
};

const commandEnvelope: Properties<Omit<CommandNamed<CommandType>, 'type' | 'data'>> = {
  required: { version: { const: 1 }, id: { ...id, description: 'Unique in the installation.' }, workflowId: id },
  optional: {
    repeatable,
    grants: {
      type: 'array',
      items: closed(grant),
      description: 'Polls that the decision handed tasks to; recorded, so that it stays a function of the log.',
    },
    offers: {
      type: 'array',
      items: closed(grant),
      description: 'Polls that the decision may hand tasks to.',
    },
  },
};

const eventEnvelope: Properties<Omit<EventNamed<EventType>, 'type' | 'data'>> = {
  required: {
    version: { const: 1 },
    workflowId: { ...text, description: 'Empty when the event belongs to no workflow.' },
    seq: {
      type: 'integer',
      minimum: 0,
      description: 'Dense in a workflow: 1, 2, 3 ...; 0 for events that stand in none.',
    },
    time: {
      type: 'integer',
      minimum: 0,
      description: 'Log time, epoch milliseconds; never goes back in a partition.',
    },
    causation: {
      type: 'string',
      pattern: '^([0-9]+:[0-9]+)?$',
      description: 'Position of the command, `partition:offset`; empty when there was none.',
    },
    epoch: {
      type: 'integer',
      minimum: 0,
      description: 'Ownership of the partition under which the event was written.',
    },
    hash: {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{43}$',
      description:
        'SHA-256 (base64url) over the hash of the event before, a line feed, and the record up to its epoch.',
    },
  },
  optional: {
    commandId: { ...id, description: 'Id of the command; on the first event of its decision only.' },
    repeatable,
  },
};

function closed<T>({ required, optional }: Properties<T>): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

export type Kind = 'commands' | 'events';

export const types: Readonly<Record<Kind, readonly string[]>> = {
  commands: Object.keys(commandShapes),
  events: Object.keys(eventShapes),
};

/** The schema of the whole record. */
export function schemaOf(kind: Kind, type: string): JsonSchema {
  return kind === 'commands' ? commandSchema(type as CommandType) : eventSchema(type as EventType);
}

function commandSchema(type: CommandType): JsonSchema {
  return record({
    id: `dacapo:commands:${type}:1`,
    type,
    description: commandDescriptions[type],
    data: commandShapes[type].schema,
    envelope: commandEnvelope,
  });
}

function eventSchema(type: EventType): JsonSchema {
  return record({
    id: `dacapo:events:${type}:1`,
    type,
    description: eventDescriptions[type],
    data: eventShapes[type].schema,
    envelope: eventEnvelope,
  });
}

interface RecordParts<T> {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly data: JsonSchema;
  readonly envelope: Properties<T>;
}

function record<T>({ id: $id, type, description, data, envelope }: RecordParts<T>): JsonSchema {
  const { required, optional } = envelope;
  const whole = closed({ required: { type: { const: type }, ...required, data }, optional });
  return { $schema: 'http://json-schema.org/draft-07/schema#', $id, title: type, description, ...whole };
}

/** Path below schemas/ and text of every generated file, written as prettier wants it. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const config = await resolveConfig(import.meta.filename);
  const files = new Map<string, string>();
  for (const kind of ['commands', 'events'] as const) {
    for (const type of types[kind]) {
      const schema = JSON.stringify(schemaOf(kind, type));
      files.set(`${kind}/${type}.json`, await format(schema, { ...config, parser: 'json', objectWrap: 'collapse' }));
    }
  }
  return files;
}

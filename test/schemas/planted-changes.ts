/** Changes of a schema that a BACKWARD registry takes, and such that it refuses: for the checker, and for the registry that it stands in for. */
import type { JsonSchema } from '@dacapo/contracts';

const text = { type: 'string' };

export const oldSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'dacapo:events:Planted:1',
  title: 'Planted',
  type: 'object',
  properties: {
    type: { const: 'Planted' },
    time: { type: 'integer', minimum: 0 },
    name: { type: 'string', minLength: 1 },
    hash: { type: 'string', pattern: '^[a-z]{4}$' },
    status: { type: 'string', enum: ['OPEN', 'DONE'] },
    data: { type: 'object', properties: { taskId: text }, required: ['taskId'], additionalProperties: false },
    input: { type: 'object' },
    labels: { type: 'object', additionalProperties: text },
    items: { type: 'array', items: { type: 'object', properties: { id: text }, additionalProperties: false } },
  },
  required: ['type', 'time', 'data'],
  additionalProperties: false,
};

type Properties = Readonly<Record<string, JsonSchema>>;
const properties = oldSchema['properties'] as Properties;
const withProperties = (changes: Properties): JsonSchema => ({
  ...oldSchema,
  properties: { ...properties, ...changes },
});
const without = (name: string): JsonSchema => {
  const { [name]: _, ...rest } = properties;
  return { ...oldSchema, properties: rest };
};

export const compatibleChanges: Readonly<Record<string, JsonSchema>> = {
  nothing: oldSchema,
  'another description': { ...oldSchema, description: 'Else.' },
  'a new optional property': withProperties({ more: { type: 'integer' } }),
  'a new optional property of a closed object inside': withProperties({
    data: { ...properties['data'], properties: { taskId: text, run: { type: 'integer' } } },
  }),
  'a property that may be missing now': { ...oldSchema, required: ['type', 'time'] },
  'one more value': withProperties({ status: { type: 'string', enum: ['OPEN', 'DONE', 'LATE'] } }),
  'a lower bound': withProperties({ name: text }),
};

export const incompatibleChanges: Readonly<Record<string, JsonSchema>> = {
  'a new required property': { ...withProperties({ more: text }), required: ['type', 'time', 'data', 'more'] },
  'an optional property that is required now': { ...oldSchema, required: ['type', 'time', 'data', 'name'] },
  'a removed property': without('name'),
  'another type': withProperties({ time: text }),
  'a type that may be null now': withProperties({ time: { type: ['integer', 'null'], minimum: 0 } }),
  'another constant': withProperties({ type: { const: 'Other' } }),
  'a value less': withProperties({ status: { type: 'string', enum: ['OPEN'] } }),
  'values where there were any': withProperties({ name: { type: 'string', minLength: 1, enum: ['a'] } }),
  'a higher minimum': withProperties({ time: { type: 'integer', minimum: 1 } }),
  'a longer minimum': withProperties({ name: { type: 'string', minLength: 2 } }),
  'another pattern': withProperties({ hash: { type: 'string', pattern: '^[a-z]{5}$' } }),
  'a new property of an open object': withProperties({ input: { type: 'object', properties: { n: text } } }),
  'an open object that is closed': withProperties({ input: { type: 'object', additionalProperties: false } }),
  'other values of a map': withProperties({
    labels: { type: 'object', additionalProperties: { type: 'integer' } },
  }),
  'a removed property of an item': withProperties({
    items: { type: 'array', items: { type: 'object', properties: {}, additionalProperties: false } },
  }),
};

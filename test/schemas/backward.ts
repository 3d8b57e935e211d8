/**
 * What a schema registry checks under BACKWARD, for the part of draft-07 that our schemas use: does the new schema take every value that the
 * old one took? As strict as registries are: a widened type and a new property of an open object are refused by them too
 * (registry.servers.spec.ts holds it against a real one). What it does not know it does not pass.
 */
import type { JsonSchema } from '@dacapo/contracts';

const annotations = new Set(['$schema', '$id', 'title', 'description']);
const compared = new Set([
  ...['type', 'const', 'enum', 'minimum', 'minLength', 'pattern'],
  ...['properties', 'required', 'additionalProperties', 'items'],
]);

/** Why values of the old schema would be refused, each with its place; empty when none would. */
export function incompatibilities(before: JsonSchema, after: JsonSchema, place = '#'): readonly string[] {
  const unknown = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (keyword) => !annotations.has(keyword) && !compared.has(keyword),
  );
  if (unknown.length > 0) return unknown.map((keyword) => `${place}: ${keyword} cannot be compared: teach backward.ts`);
  return [
    ...valueFaults(before, after).map((fault) => `${place}: ${fault}`),
    ...objectFaults(before, after, place),
    ...itemFaults(before, after, place),
  ];
}

function valueFaults(before: JsonSchema, after: JsonSchema): readonly string[] {
  const faults: string[] = [];
  if (textOf(before['type']) !== textOf(after['type'])) faults.push('another type');
  const [old, now] = [valuesOf(before), valuesOf(after)];
  if (now !== undefined && (old === undefined || old.some((value) => !now.includes(value))))
    faults.push('fewer values are allowed');
  for (const bound of ['minimum', 'minLength'] as const) {
    if (numberOf(after[bound]) > numberOf(before[bound])) faults.push(`a higher ${bound}`);
  }
  if (after['pattern'] !== undefined && after['pattern'] !== before['pattern']) faults.push('another pattern');
  return faults;
}

function objectFaults(before: JsonSchema, after: JsonSchema, place: string): readonly string[] {
  const [old, now] = [propertiesOf(before), propertiesOf(after)];
  const faults: string[] = [];
  const required = new Set(namesOf(before['required']));
  for (const name of namesOf(after['required'])) if (!required.has(name)) faults.push(`${place}/${name}: now required`);
  for (const [name, schema] of old) {
    const next = now.get(name);
    if (next === undefined) faults.push(`${place}/${name}: removed`);
    else faults.push(...incompatibilities(schema, next, `${place}/${name}`));
  }
  const isClosed = before['additionalProperties'] === false;
  if (!isClosed && isObject(before)) {
    for (const name of now.keys()) if (!old.has(name)) faults.push(`${place}/${name}: new in an object that was open`);
    faults.push(...openFaults(before['additionalProperties'], after['additionalProperties'], place));
  }
  return faults;
}

/** `old` is a schema of the additional properties, or they could be anything. */
function openFaults(old: unknown, now: unknown, place: string): readonly string[] {
  if (now === undefined || now === true) return [];
  if (now === false) return [`${place}: an object that was open is closed`];
  const before = typeof old === 'object' ? (old as JsonSchema) : {};
  return incompatibilities(before, now as JsonSchema, `${place}/*`);
}

function itemFaults(before: JsonSchema, after: JsonSchema, place: string): readonly string[] {
  if (after['items'] === undefined) return [];
  return incompatibilities((before['items'] ?? {}) as JsonSchema, after['items'] as JsonSchema, `${place}/items`);
}

function isObject(schema: JsonSchema): boolean {
  return schema['type'] === undefined || schema['type'] === 'object' || Array.isArray(schema['type']);
}

function valuesOf(schema: JsonSchema): readonly string[] | undefined {
  if (schema['const'] !== undefined) return [textOf(schema['const'])];
  return Array.isArray(schema['enum']) ? schema['enum'].map(textOf) : undefined;
}

function propertiesOf(schema: JsonSchema): ReadonlyMap<string, JsonSchema> {
  return new Map(Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>));
}

function namesOf(required: unknown): readonly string[] {
  return Array.isArray(required) ? required.map(String) : [];
}

function numberOf(bound: unknown): number {
  return typeof bound === 'number' ? bound : -Infinity;
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

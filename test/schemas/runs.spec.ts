/** What the engine really writes satisfies the published schemas, and nothing else does. */
import type { JsonSchema } from '@dacapo/contracts';
import { Validator } from '@cfworker/json-schema';

import { Engine } from './engine.js';
import { type Kind, schemaOf, types } from './generate.js';
import * as forkRuns from './runs-forks.js';
import * as runs from './runs.js';
import * as loopRuns from './runs-loops.js';
import * as simpleRuns from './runs-simple.js';
import * as lifeRuns from './runs-life.js';
import * as limitRuns from './runs-limits.js';
import * as edgeRuns from './runs-edges.js';

type Json = Readonly<Record<string, unknown>>;

const engine = new Engine();
let records: Readonly<Record<Kind, readonly Json[]>>;

beforeAll(async () => {
  await engine.start();
  const all = { ...runs, ...forkRuns, ...loopRuns, ...simpleRuns, ...lifeRuns, ...limitRuns, ...edgeRuns };
  for (const run of Object.values(all)) await run(engine);
  await engine.stop();
  records = engine.records() as unknown as typeof records;
});

const validators = new Map<string, Validator>();

function errorsOf(kind: Kind, record: Json, type = String(record['type'])): readonly string[] {
  const key = `${kind}/${type}`;
  const validator = validators.get(key) ?? new Validator(schemaOf(kind, type), '7', false);
  validators.set(key, validator);
  return validator.validate(record).errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
}

function without(record: Json, name: string): Json {
  const { [name]: _, ...rest } = record;
  return rest;
}

const requiredOf = (schema: JsonSchema): readonly string[] => schema['required'] as readonly string[];
const dataSchemaOf = (schema: JsonSchema): JsonSchema => (schema['properties'] as Record<string, JsonSchema>)['data']!;

describe.each(['commands', 'events'] as const)('%s of real runs', (kind) => {
  it('show every type at least once', () => {
    const seen = new Set(records[kind].map((record) => String(record['type'])));
    expect([...seen].toSorted()).toEqual(types[kind].toSorted());
  });

  it('satisfy their schemas, each and every one', () => {
    const faults = records[kind].flatMap((record) =>
      errorsOf(kind, record).map((error) => `${JSON.stringify(record)}: ${error}`),
    );
    expect(faults).toEqual([]);
  });

  it.each(types[kind])('of type %s are refused with a property too much or too little', (type) => {
    const record = records[kind].find((each) => each['type'] === type) ?? {};
    const data = record['data'] as Json;
    const schema = schemaOf(kind, type);
    const broken = [
      { ...record, surplus: 1 },
      { ...record, data: { ...data, surplus: 1 } },
      { ...record, version: 2 },
      ...requiredOf(schema).map((name) => without(record, name)),
      ...requiredOf(dataSchemaOf(schema)).map((name) => ({ ...record, data: without(data, name) })),
    ];
    expect(broken.filter((each) => errorsOf(kind, each, type).length === 0)).toEqual([]);
  });

  it('do not pass for another type', () => {
    const [one, other] = types[kind];
    const record = records[kind].find((each) => each['type'] === one) ?? {};
    expect(errorsOf(kind, record, other)).not.toEqual([]);
  });
});

it('nothing went wrong beside the one invariant that was broken on purpose', () => {
  expect(engine.errors).toEqual([expect.objectContaining({ command: 'CompleteTask' })]);
});

/** Against another implementation: what both know they judge alike. */
import { Validator } from '@cfworker/json-schema';
import fc from 'fast-check';

import { checkValue, compileSchema } from './index.js';

/** No `toString`: the other one takes inherited properties for present. */
const names = fc.constantFrom('a', 'b', 'c');
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, 1.5),
  fc.constantFrom('', 'a', 'ab', 'abc', '😀'),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

type Json = Record<string, unknown>;
const count = fc.nat({ max: 3 });
const types = fc.constantFrom('null', 'boolean', 'string', 'number', 'integer', 'array', 'object');
const { schema } = fc.letrec<{ schema: Json | boolean; map: Json; some: unknown[] }>((tie) => ({
  schema: fc.oneof({ depthSize: 'small' }, fc.boolean(), leaf(), tie('map')),
  some: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
  map: fc.record(
    {
      type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
      properties: fc.dictionary(names, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
      patternProperties: fc.dictionary(fc.constantFrom('^a', 'b$', 'o'), tie('schema'), {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      additionalProperties: tie('schema'),
      propertyNames: tie('schema'),
      required: fc.uniqueArray(names, { maxLength: 2 }),
      items: tie('schema'),
      contains: tie('schema'),
      allOf: tie('some'),
      anyOf: tie('some'),
      oneOf: tie('some'),
      not: tie('schema'),
      if: tie('schema'),
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword
      then: tie('schema'),
      else: tie('schema'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Json>,
}));

function leaf(): fc.Arbitrary<Json> {
  return fc.record(
    {
      type: types,
      enum: fc.array(value, { minLength: 1, maxLength: 3 }),
      const: value,
      minimum: fc.integer({ min: -2, max: 2 }),
      maximum: fc.integer({ min: -2, max: 2 }),
      exclusiveMinimum: fc.integer({ min: -2, max: 2 }),
      exclusiveMaximum: fc.integer({ min: -2, max: 2 }),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      minLength: count,
      maxLength: count,
      pattern: fc.constantFrom('^a', 'b', '^a*$', '[bc]$'),
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
      minProperties: count,
      maxProperties: count,
      dependentRequired: fc.dictionary(names, fc.uniqueArray(names, { maxLength: 2 }), {
        maxKeys: 2,
        noNullPrototype: true,
      }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Json>;
}

it('judges as @cfworker/json-schema does', () => {
  let refused = 0;
  fc.assert(
    fc.property(schema, value, (given, subject) => {
      // It takes {} for the same as [].
      const text = JSON.stringify([given, subject]);
      fc.pre(!text.includes('{}') || !text.includes('[]'));
      // A reference leads to the same thing by another way.
      const whole = { $defs: { it: given }, $ref: '#/$defs/it' };
      const compiled = compileSchema(whole);
      // Some are more than we check; fast-check makes others in their place, and complains when they are most of all.
      fc.pre(compiled.ok || compiled.fault.code !== 'SCHEMA_TOO_EXPENSIVE');
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.fault));
      const fault = checkValue(compiled.root, subject);
      fc.pre(fault?.code !== 'SCHEMA_TOO_EXPENSIVE');
      const ours = fault === undefined;
      if (!ours) refused += 1;
      expect(ours).toBe(new Validator(whole, '2020-12').validate(subject).valid);
    }),
    { numRuns: 1500, endOnFailure: true },
  );
  expect(refused).toBeGreaterThan(100);
});

it('never throws, whatever the schema and the value', () => {
  const anything = fc.dictionary(
    fc.constantFrom(
      'type',
      'items',
      'properties',
      '$ref',
      'anyOf',
      'pattern',
      'required',
      'if',
      'then',
      '$defs',
      'enum',
      'minimum',
      'contains',
      'minContains',
    ),
    fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('#', '#/$defs/a', '#/properties', 'x')),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(anything, fc.jsonValue(), (given, subject) => {
      const compiled = compileSchema(given);
      if (compiled.ok) checkValue(compiled.root, subject);
      else expect(compiled.fault.message).not.toBe('');
    }),
    { numRuns: 1500, endOnFailure: true },
  );
});

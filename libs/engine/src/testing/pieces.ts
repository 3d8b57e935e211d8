/** Pieces of definitions with all operators, nested up to five deep. */
import fc from 'fast-check';

import type { Fields } from './definitions.js';

/** A piece of a definition that has no reference names yet. It becomes one task, or a FORK_JOIN and its JOIN. */
export type Piece =
  | { readonly kind: 'simple'; readonly def: string; readonly fields: Fields }
  | {
      readonly kind: 'switch';
      readonly script: boolean;
      readonly value: unknown;
      readonly cases: readonly (readonly Piece[])[];
    }
  | {
      readonly kind: 'fork';
      readonly branches: readonly (readonly Piece[])[];
      readonly joinAll: boolean;
      readonly optional: boolean;
    }
  | {
      readonly kind: 'loop';
      readonly body: readonly Piece[];
      readonly turns: number;
      readonly items: number | undefined;
      readonly keepLastN: number | undefined;
      readonly sandbox: boolean;
      readonly fields: Fields;
    }
  | {
      readonly kind: 'each';
      readonly body: readonly Piece[];
      readonly items: number;
      readonly concurrency: number;
      readonly fields: Fields;
    }
  | {
      readonly kind: 'try';
      readonly body: readonly Piece[];
      readonly caught: readonly Piece[] | undefined;
      readonly last: readonly Piece[];
      readonly fields: Fields;
    }
  | {
      readonly kind: 'decision';
      readonly value: unknown;
      readonly first: readonly Piece[];
      readonly otherwise: readonly Piece[];
    }
  | { readonly kind: 'typed'; readonly type: string; readonly name: string; readonly fields: Fields }
  | { readonly kind: 'set'; readonly value: unknown }
  | { readonly kind: 'wait'; readonly input: Fields; readonly fields: Fields }
  | { readonly kind: 'child'; readonly fields: Fields }
  | { readonly kind: 'terminate'; readonly status: string }
  | { readonly kind: 'dynamic'; readonly name: unknown; readonly fields: Fields }
  | {
      readonly kind: 'dynamic fork';
      readonly style: 'A' | 'B' | 'C';
      readonly branches: readonly Piece[];
      readonly optional: boolean;
    }
  | { readonly kind: 'exclusive'; readonly cases: readonly (readonly Piece[])[]; readonly value: unknown }
  | { readonly kind: 'scripted join'; readonly branches: readonly (readonly Piece[])[]; readonly condition: Fields };

const flaws = fc.record(
  {
    optional: fc.boolean(),
    permissive: fc.boolean(),
    retryCount: fc.integer({ min: 0, max: 2 }),
    startDelay: fc.constantFrom(0, 0, 7),
  },
  { requiredKeys: ['retryCount'] },
);
export const depthMax = 5;
const taskDefs = ['plain', 'strict', 'patient', 'total', 'alert', 'kafka'] as const;
const value = fc.constantFrom<unknown>('x', 'y', 'other', 5, '${workflow.variables.v}', '${workflow.input.choice}');

/** Names of workers' tasks, registered or not, and of the server's. */
const dynamicName = fc.constantFrom<unknown>('plain', 'strict', 'total', 'kafka', 'nobody', 'WAIT', 7);
const odd = fc.constantFrom<Fields>({}, {}, { optional: true }, { permissive: true }, { retryCount: 1 });

/** Tasks of the engine and of the server, with every way that they may go. */
const typed: fc.Arbitrary<Piece> = fc
  .record({
    what: fc.constantFrom<readonly [type: string, fields: Fields]>(
      ['NOOP', {}],
      ['HUMAN', {}],
      ['INLINE', { inputParameters: { evaluatorType: 'javascript', expression: '$.v', v: '${workflow.variables.v}' } }],
      ['INLINE', { inputParameters: { evaluatorType: 'javascript', expression: '[3, 1].sort()[0]' } }],
      ['INLINE', { inputParameters: { evaluatorType: 'cobol', expression: '1' } }],
      ['LAMBDA', { inputParameters: { scriptExpression: 'return [$.a].map(x => x)', a: 1 } }],
      ['EVENT', { sink: 'conductor' }],
      ['EVENT', { sink: 'conductor:x', asyncComplete: true }],
      ['EVENT', { sink: 'conductor-x' }],
      ['EVENT', { sink: 'kafka:orders' }],
      ['HTTP', { inputParameters: { uri: 'http://x' } }],
      ['HTTP', { inputParameters: { uri: 'http://x' }, asyncComplete: true, startDelay: 3 }],
      ['HTTP_POLL', { inputParameters: { uri: 'http://x' } }],
      ['JSON_JQ_TRANSFORM', { inputParameters: { queryExpression: '.' } }],
      ['KAFKA_PUBLISH', { inputParameters: { kafka_request: {} } }],
      ['START_WORKFLOW', { inputParameters: { startWorkflow: { name: 'x' } } }],
    ),
    name: fc.constantFrom('unregistered', ...taskDefs),
    fields: odd,
  })
  .map(({ what: [type, fields], name, fields: more }) => ({
    kind: 'typed' as const,
    type,
    name,
    fields: { ...fields, ...more },
  }));

export const leaf: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 5, arbitrary: typed },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('simple' as const), def: fc.constantFrom(...taskDefs), fields: flaws }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('set' as const), value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      input: fc.constantFrom<Fields>(
        {},
        { duration: '20 seconds' },
        { until: '2020-01-01' },
        { duration: '${workflow.input.bad}' },
      ),
      fields: fc.constantFrom<Fields>({}, {}, { optional: true }, { permissive: true }, { retryCount: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('child' as const),
      fields: fc.constantFrom<Fields>({}, { optional: true }, { permissive: true }, { retryCount: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('dynamic' as const), name: dynamicName, fields: flaws }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('terminate' as const),
      status: fc.constantFrom('COMPLETED', 'FAILED', 'TERMINATED'),
    }),
  },
);

export function tryOf(inner: fc.Arbitrary<readonly Piece[]>): fc.Arbitrary<Piece> {
  return fc.record({
    kind: fc.constant('try' as const),
    body: inner,
    caught: fc.oneof(inner, fc.constant([]), fc.constant(undefined)),
    last: fc.oneof(inner, inner, fc.constant([])),
    fields: odd,
  });
}

/** TRY in TRY and beside TRY, around a worker's task, a WAIT, a child. */
export function tries(depth: number): fc.Arbitrary<readonly Piece[]> {
  const few = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('simple' as const), def: fc.constantFrom('plain', 'strict'), fields: flaws }),
      fc.record({ kind: fc.constant('child' as const), fields: odd }),
    ),
    { minLength: 1, maxLength: 2 },
  );
  if (depth <= 1) return few;
  const inner = tries(depth - 1);
  const forked = fc.record({
    kind: fc.constant('fork' as const),
    branches: fc.array(inner, { minLength: 2, maxLength: 2 }),
    joinAll: fc.boolean(),
    optional: fc.boolean(),
  });
  return fc.oneof(
    few,
    fc.array(fc.oneof({ weight: 3, arbitrary: tryOf(inner) }, forked), { minLength: 1, maxLength: 2 }),
  );
}

export function piece(depth: number): fc.Arbitrary<Piece> {
  if (depth <= 1) return leaf;
  const inner = list(depth - 1);
  return fc.oneof(
    { weight: 6, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('switch' as const),
        script: fc.boolean(),
        value,
        cases: fc.array(fc.oneof(inner, fc.constant([])), { minLength: 2, maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: tryOf(inner),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('decision' as const),
        value,
        first: fc.oneof(inner, fc.constant([])),
        otherwise: inner,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('fork' as const),
        branches: fc.array(inner, { minLength: 1, maxLength: 2 }),
        joinAll: fc.boolean(),
        optional: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('dynamic fork' as const),
        style: fc.constantFrom('A', 'A', 'B', 'C'),
        branches: fc.array(piece(depth - 1), { maxLength: 3 }),
        optional: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('exclusive' as const),
        value,
        cases: fc.array(inner, { minLength: 2, maxLength: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('scripted join' as const),
        branches: fc.array(inner, { minLength: 2, maxLength: 2 }),
        condition: fc.constantFrom<Fields>(
          { joinStatus: 'COMPLETED,COMPLETED_WITH_ERRORS,FAILED' },
          { joinStatus: "$.joinOn.length == 2 && ($[$.joinOn[0]] || {}).status == 'COMPLETED'" },
          { evaluatorType: 'js', expression: 'askTheSandbox($)' },
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('loop' as const),
        body: inner,
        turns: fc.integer({ min: 1, max: 3 }),
        items: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
        keepLastN: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
        sandbox: fc.boolean(),
        fields: loopFields,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('each' as const),
        body: inner,
        items: fc.nat(3),
        concurrency: fc.integer({ min: 1, max: 3 }),
        fields: loopFields,
      }),
    },
  );
}

const loopFields = fc.constantFrom<Fields>(
  {},
  {},
  { name: 'strict' },
  { optional: true },
  { optional: true, name: 'strict' },
  { permissive: true },
);
export const list3 = (count: number): readonly string[] => ['x', 'y', 'other'].slice(0, count);

/** Long at the top and short inside: five levels of long lists would be hundreds of tasks. */
export function list(depth: number): fc.Arbitrary<readonly Piece[]> {
  return fc.array(piece(depth), { minLength: 1, maxLength: depth === depthMax ? 3 : 2 });
}

import fc from 'fast-check';
import { canonicalJson } from './canonical.js';
import type { JsonMap } from './model.js';
import { parseTaskDef } from './parse-task-def.js';
import { parseWorkflowDef } from './parse-workflow-def.js';
import { populate } from './populate.js';
import { allTasks } from './walk.js';

const SEED = { seed: 20_26, numRuns: 150 };
const maybe = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: undefined });
const text = fc.string({ minLength: 1, maxLength: 8 });
const key = text.filter((candidate) => candidate !== '__proto__');
const input = fc.dictionary(key, fc.oneof(fc.integer(), fc.boolean(), fc.constant('${workflow.input.x}')));

/** Trees of SIMPLE and nested tasks without reference names; `numbered` gives them, so that they are unique. */
function tree(depth: number): fc.Arbitrary<JsonMap> {
  const children: fc.Arbitrary<JsonMap[]> = depth > 1 ? fc.array(tree(depth - 1), { maxLength: 2 }) : fc.constant([]);
  return fc.record({
    name: text,
    description: maybe(text),
    inputParameters: maybe(input),
    optional: maybe(fc.boolean()),
    retryCount: maybe(fc.nat(10)),
    startDelay: fc.constantFrom(undefined, null, 0, 3),
    metadata: maybe(input),
    unknownField: maybe(fc.jsonValue({ maxDepth: 2 })),
    decisionCases: maybe(fc.dictionary(key, children, { maxKeys: 2 })),
    defaultCase: maybe(children),
    forkTasks: maybe(fc.array(children, { maxLength: 2 })),
    loopOver: maybe(children),
  });
}

const definition = fc
  .record({
    name: text,
    version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    tasks: fc.array(tree(3), { minLength: 1, maxLength: 2 }),
    variables: maybe(input),
    restartable: fc.constantFrom(undefined, null, true, false),
    timeoutSeconds: maybe(fc.maxSafeNat()),
  })
  .map((def) => numbered(def, { next: 0 }) as JsonMap);

function numbered(value: unknown, count: { next: number }): unknown {
  if (Array.isArray(value)) return value.map((item) => numbered(item, count));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, numbered(field, count)]));
  return 'loopOver' in value && 'startDelay' in value ? { ...copy, taskReferenceName: `r${count.next++}` } : copy;
}

/** JSON that looks enough like a definition to reach the inner rules. */
const almost = fc.dictionary(
  fc.constantFrom(
    'name',
    'tasks',
    'type',
    'taskReferenceName',
    'joinOn',
    'forkTasks',
    'decisionCases',
    'version',
    'inputParameters',
  ),
  fc.oneof(
    fc.jsonValue(),
    fc.array(
      fc.dictionary(
        fc.constantFrom(
          'name',
          'type',
          'taskReferenceName',
          'joinOn',
          'loopOver',
          'inputParameters',
          'subWorkflowParam',
        ),
        fc.oneof(fc.jsonValue(), fc.constantFrom('JOIN', 'SWITCH', 'WAIT', 'FORK_JOIN', 'HTTP', '${a', '${${}}')),
      ),
      { maxLength: 4 },
    ),
  ),
);

describe('parsing', () => {
  it('of a parsed definition is the identity', () => {
    fc.assert(
      fc.property(definition, (candidate) => {
        const first = parseWorkflowDef(candidate);
        if (!first.ok) throw new Error(JSON.stringify(first.violations));
        expect(parseWorkflowDef(first.value)).toStrictEqual(first);
        const copy: unknown = JSON.parse(JSON.stringify(first.value));
        expect(parseWorkflowDef(copy)).toStrictEqual(first);
      }),
      SEED,
    );
  });

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), almost), (candidate) => {
        const result = parseWorkflowDef(candidate);
        expect(result.ok || result.violations.length > 0).toBe(true);
        expect(parseWorkflowDef(candidate)).toEqual(result);
        parseTaskDef(candidate);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  it('does not change its input', () => {
    fc.assert(
      fc.property(fc.oneof(definition, almost), (candidate) => {
        const before = canonicalJson(candidate);
        parseWorkflowDef(candidate);
        expect(canonicalJson(candidate)).toBe(before);
      }),
      SEED,
    );
  });
});

describe('populate', () => {
  it('keeps every task and gives each a definition', () => {
    fc.assert(
      fc.property(definition, (candidate) => {
        const result = parseWorkflowDef(candidate);
        if (!result.ok) throw new Error(JSON.stringify(result.violations));
        const populated = populate(result.value, { taskDef: () => undefined, latestVersion: () => undefined });
        expect([...allTasks(populated)].map(({ path }) => path)).toEqual(
          [...allTasks(result.value)].map(({ path }) => path),
        );
        expect([...allTasks(populated)].every(({ task }) => task.taskDefinition !== undefined)).toBe(true);
      }),
      SEED,
    );
  });
});

describe('canonicalJson', () => {
  it('reads back as the same value and is stable', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(text).toBe(canonicalJson(JSON.parse(JSON.stringify(value))));
      }),
      SEED,
    );
  });
});

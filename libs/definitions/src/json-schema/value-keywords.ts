/** Keywords about a value as such, about numbers and about texts. */
import { evaluate, isEqual, spend } from './evaluate.js';
import { type Check, isMap, type Keyword } from './schema.js';

const tests: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  array: Array.isArray,
  object: isMap,
};

const type: Keyword = (given, kit) => {
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  const accepts = names.map((name) => {
    const test = typeof name === 'string' && Object.hasOwn(tests, name) ? tests[name] : undefined;
    return test ?? kit.refuse(`must name one or more of ${Object.keys(tests).join(', ')}`);
  });
  const message = `must be of type ${names.join(' or ')}`;
  return (value, at) => (accepts.some((accept) => accept(value)) ? undefined : { at, message });
};

const oneOfValues: Keyword = (values, kit) => {
  if (!Array.isArray(values)) return kit.refuse('must be a list');
  const message = `must be one of the ${values.length} values that the schema allows`;
  const scalars = new Set<unknown>(values.filter((each) => typeof each !== 'object' || each === null));
  const others = values.filter((each) => typeof each === 'object' && each !== null);
  return (value, at, run) => {
    if (scalars.has(value) || others.some((each) => isEqual(each, value, run))) return undefined;
    return { at, message };
  };
};

const constant: Keyword = (expected) => (value, at, run) =>
  isEqual(expected, value, run) ? undefined : { at, message: 'must be the one value that the schema allows' };

function bound(holds: (value: number, limit: number) => boolean, words: string): Keyword {
  return (limit, kit) => {
    if (typeof limit !== 'number') return kit.refuse('must be a number');
    const message = `must be ${words} ${limit}`;
    return (value, at) => (typeof value !== 'number' || holds(value, limit) ? undefined : { at, message });
  };
}

const multipleOf: Keyword = (factor, kit) => {
  if (typeof factor !== 'number' || factor <= 0) return kit.refuse('must be a number above 0');
  const message = `must be a multiple of ${factor}`;
  return (value, at) => (typeof value !== 'number' || isMultiple(value, factor) ? undefined : { at, message });
};

/** 0.3 is a multiple of 0.1, though the quotient of the two is not exactly 3. */
function isMultiple(value: number, factor: number): boolean {
  const quotient = value / factor;
  const whole = Math.round(quotient);
  return quotient === whole || Math.abs(quotient - whole) <= 1e-9 * Math.max(1, Math.abs(quotient)) * 1e-3;
}

export function countOf(given: unknown, refuse: (message: string) => never): number {
  return typeof given === 'number' && Number.isInteger(given) && given >= 0
    ? given
    : refuse('must be a whole number, at least 0');
}

function lengthBound(holds: (length: number, limit: number) => boolean, words: string): Keyword {
  return (given, kit) => {
    const limit = countOf(given, (fault) => kit.refuse(fault));
    const message = `must have ${words} ${limit} characters`;
    return (value, at, run) => {
      if (typeof value !== 'string') return undefined;
      spend(run, value.length >> 4);
      return holds(characters(value), limit) ? undefined : { at, message };
    };
  };
}

/** Unicode characters: a surrogate pair is one. */
function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    const isHigh = (text.charCodeAt(i) & 0xfc00) === 0xd800;
    if (isHigh && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count -= 1;
      i += 1;
    }
  }
  return count;
}

const pattern: Keyword = (given, kit): Check => {
  const matches = kit.search(given);
  const message = 'must match the pattern of the schema';
  return (value, at, run) => (typeof value !== 'string' || matches(value, run) ? undefined : { at, message });
};

function all(raw: unknown, kit: Parameters<Keyword>[1]): readonly ReturnType<typeof kit.same>[] {
  if (!Array.isArray(raw) || raw.length === 0) return kit.refuse('must be a list of schemas');
  return raw.map((each, index) => kit.same(each, index));
}

const allOf: Keyword = (raw, kit) => {
  const nodes = all(raw, kit);
  return (value, at, run) => {
    for (const node of nodes) {
      const fault = evaluate(node, value, at, run);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
};

const anyOf: Keyword = (raw, kit) => {
  const nodes = all(raw, kit);
  const message = `must satisfy at least one of ${nodes.length} schemas (anyOf)`;
  return (value, at, run) =>
    nodes.some((node) => evaluate(node, value, at, run) === undefined) ? undefined : { at, message };
};

const oneOf: Keyword = (raw, kit) => {
  const nodes = all(raw, kit);
  return (value, at, run) => {
    let count = 0;
    for (const node of nodes) if (evaluate(node, value, at, run) === undefined) count += 1;
    return count === 1
      ? undefined
      : { at, message: `must satisfy exactly one of ${nodes.length} schemas (oneOf), not ${count}` };
  };
};

const not: Keyword = (raw, kit) => {
  const node = kit.same(raw);
  return (value, at, run) =>
    evaluate(node, value, at, run) === undefined
      ? { at, message: 'must not be what the schema excludes (not)' }
      : undefined;
};

/** `then` and `else` mean nothing without it. */
const condition: Keyword = (raw, kit) => {
  const test = kit.same(raw);
  const { then: yes, else: no } = kit.schema;
  const met = yes === undefined ? undefined : kit.same(yes, '..', 'then');
  const unmet = no === undefined ? undefined : kit.same(no, '..', 'else');
  return (value, at, run) => {
    const branch = evaluate(test, value, at, run) === undefined ? met : unmet;
    return branch === undefined ? undefined : evaluate(branch, value, at, run);
  };
};

export const valueKeywords: Readonly<Record<string, Keyword>> = {
  type,
  enum: oneOfValues,
  const: constant,
  minimum: bound((value, limit) => value >= limit, 'at least'),
  maximum: bound((value, limit) => value <= limit, 'at most'),
  exclusiveMinimum: bound((value, limit) => value > limit, 'above'),
  exclusiveMaximum: bound((value, limit) => value < limit, 'below'),
  multipleOf,
  minLength: lengthBound((length, limit) => length >= limit, 'at least'),
  maxLength: lengthBound((length, limit) => length <= limit, 'at most'),
  pattern,
  allOf,
  anyOf,
  oneOf,
  not,
  if: condition,
};

/** From a JSON Schema (draft 7 to 2020-12, the keywords that people use) to something that can be checked. What would be ignored silently is refused. */
import { type Budget, compilePattern, ExpressionError, PATTERN_CHARS_MAX, searchPattern } from '@dacapo/expressions';

import type { JsonMap } from '../model.js';
import { containerKeywords } from './container-keywords.js';
import { evaluate, tooExpensive } from './evaluate.js';
import { PATTERN_STEPS_MAX, SCHEMA_DEPTH_MAX, SCHEMA_NODES_MAX } from './limits.js';
import {
  isMap,
  type Keyword,
  type Kit,
  type Run,
  SchemaError,
  type SchemaErrorCode,
  type SchemaNode,
} from './schema.js';
import { valueKeywords } from './value-keywords.js';

/** In the order in which they are asked: the cheap and telling ones first. */
const keywords: ReadonlyMap<string, Keyword> = new Map(Object.entries({ ...valueKeywords, ...containerKeywords }));
const ranks: ReadonlyMap<string, number> = new Map([...keywords.keys()].map((name, index) => [name, index]));

/** They change what a schema means, and we do not know them. */
const unsupported: ReadonlySet<string> = new Set([
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveRef',
  'dependencies',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
]);

export interface SchemaFault {
  readonly code: SchemaErrorCode;
  /** From the schema's root, `properties.a.items`; empty for the root. */
  readonly path: string;
  readonly message: string;
}

export type CompiledSchema =
  { readonly ok: true; readonly root: SchemaNode } | { readonly ok: false; readonly fault: SchemaFault };

type Steps = readonly (string | number)[];

/** Never throws: what cannot be compiled is a fault with its place. */
export function compileSchema(data: JsonMap): CompiledSchema {
  try {
    return { ok: true, root: new Compilation(data).compile() };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const { code, path, message } = error;
    return { ok: false, fault: { code, path, message } };
  }
}

class Compilation {
  private readonly nodes = new Map<object, SchemaNode>();
  private readonly references: { readonly from: SchemaNode; readonly text: string; readonly path: Steps }[] = [];
  private readonly budget: Budget = { steps: PATTERN_STEPS_MAX, bytes: 0 };

  constructor(private readonly root: JsonMap) {}

  compile(): SchemaNode {
    const root = this.node(this.root, []);
    // A reference may lead to what holds more references.
    for (let at = 0; at < this.references.length; at++) this.refer(at);
    this.refuseCircles();
    return root;
  }

  private node(raw: unknown, path: Steps): SchemaNode {
    if (raw === true) return { checks: [], inPlace: [] };
    if (raw === false) return { checks: [(_value, at) => ({ at, message: 'is not allowed' })], inPlace: [] };
    if (!isMap(raw)) throw new SchemaError('SCHEMA_INVALID', 'must be a schema: an object, true or false', text(path));
    const known = this.nodes.get(raw);
    if (known !== undefined) return known;
    if (path.length > 2 * SCHEMA_DEPTH_MAX)
      throw new SchemaError('SCHEMA_TOO_DEEP', `a schema must not be nested deeper than ${SCHEMA_DEPTH_MAX}`);
    if (this.nodes.size >= SCHEMA_NODES_MAX)
      throw new SchemaError('SCHEMA_TOO_LARGE', `a schema must not have more than ${SCHEMA_NODES_MAX} subschemas`);
    const node: SchemaNode = { checks: [], inPlace: [] };
    this.nodes.set(raw, node);
    this.fill(node, raw, path);
    return node;
  }

  private fill(node: SchemaNode, raw: Readonly<Record<string, unknown>>, path: Steps): void {
    for (const name of Object.keys(raw)) {
      const isForeign = unsupported.has(name) || (name === '$id' && path.length > 0);
      if (isForeign) throw new SchemaError('SCHEMA_UNSUPPORTED', `${name} is not supported`, text([...path, name]));
    }
    const reference = Object.hasOwn(raw, '$ref') ? raw['$ref'] : undefined;
    if (reference !== undefined) {
      if (typeof reference !== 'string')
        throw new SchemaError('SCHEMA_INVALID', 'must be a text', text([...path, '$ref']));
      this.references.push({ from: node, text: reference, path: [...path, '$ref'] });
    }
    // In our order, not in the author's: which fault is told first must not depend on it.
    const names = Object.keys(raw).filter((name) => keywords.has(name));
    for (const name of names.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0))) {
      const check = keywords.get(name)?.(raw[name], this.kit(node, raw, [...path, name]));
      if (check !== undefined) node.checks.push(check);
    }
    for (const name of ['$defs', 'definitions'])
      if (Object.hasOwn(raw, name)) this.compileDefinitions(raw[name], [...path, name]);
  }

  /** Also those that nobody refers to yet: a fault in them is told at registration. */
  private compileDefinitions(definitions: unknown, path: Steps): void {
    if (!isMap(definitions)) return;
    for (const [name, each] of Object.entries(definitions)) this.node(each, [...path, name]);
  }

  private kit(node: SchemaNode, schema: Readonly<Record<string, unknown>>, path: Steps): Kit {
    const placeOf = (steps: Steps): Steps =>
      steps[0] === '..' ? [...path.slice(0, -1), ...steps.slice(1)] : [...path, ...steps];
    return {
      schema: Object.assign(Object.create(null) as Record<string, unknown>, schema),
      sub: (raw, ...steps) => this.node(raw, placeOf(steps)),
      same: (raw, ...steps) => {
        const inner = this.node(raw, placeOf(steps));
        node.inPlace.push(inner);
        return inner;
      },
      search: (pattern, ...steps) => this.search(pattern, placeOf(steps)),
      refuse: (message, ...steps) => {
        throw new SchemaError('SCHEMA_INVALID', message, text(placeOf(steps)));
      },
    };
  }

  private search(given: unknown, path: Steps): (subject: string, run: Run) => boolean {
    if (typeof given !== 'string') throw new SchemaError('SCHEMA_INVALID', 'must be a text', text(path));
    const compiled = affordable(() => compilePattern(given, this.budget));
    if (compiled === undefined) {
      const message = `must be a regular expression of at most ${PATTERN_CHARS_MAX} characters, without look-around and back-references`;
      throw new SchemaError('SCHEMA_UNSUPPORTED', message, text(path));
    }
    return (subject, { budget }) => affordable(() => searchPattern(compiled, subject, budget));
  }

  private refer(index: number): void {
    const reference = this.references[index];
    if (reference === undefined) return;
    const { from, text: pointer, path } = reference;
    if (pointer !== '#' && !pointer.startsWith('#/'))
      throw new SchemaError('SCHEMA_UNSUPPORTED', 'only references within the schema (#/...) are followed', text(path));
    const steps = pointer.split('/').slice(1).map(unescaped);
    let found: unknown = this.root;
    for (const step of steps) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step))
        throw new SchemaError('SCHEMA_INVALID', 'refers to what is not there', text(path));
      found = (found as Readonly<Record<string, unknown>>)[step];
    }
    const target = this.node(found, steps);
    from.inPlace.push(target);
    from.checks.unshift((value, at, run) => evaluate(target, value, at, run));
  }

  /** A circle of subschemas that look at the same value has no end, whatever the value. */
  private refuseCircles(): void {
    const done = new Set<SchemaNode>();
    const open = new Set<SchemaNode>();
    for (const first of this.nodes.values()) {
      const stack = [first];
      for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
        if (open.has(node) || done.has(node)) {
          stack.pop();
          open.delete(node);
          done.add(node);
          continue;
        }
        open.add(node);
        for (const next of node.inPlace) {
          if (open.has(next))
            throw new SchemaError('SCHEMA_INVALID', 'refers to itself without going deeper into the value');
          if (!done.has(next)) stack.push(next);
        }
      }
    }
  }
}

function affordable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) throw tooExpensive();
    throw error;
  }
}

/** `~1` and `~0` of JSON pointers, and what URIs escape of a plain name. */
function unescaped(step: string): string {
  return step.replaceAll('%25', '%').replaceAll('%20', ' ').replaceAll('~1', '/').replaceAll('~0', '~');
}

function text(path: Steps): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

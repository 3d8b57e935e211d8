import { spendSteps } from '../budget.js';
import { holds } from './filter.js';
import { elementOf, isMap, memberOf } from './members.js';
import type { QueryContext, QueryTools } from './query-context.js';
import type { Query, Segment, Selector } from './query.js';

/** All values that the query finds below `start`, in document order. */
export function select(query: Query, start: unknown, tools: QueryTools): readonly unknown[] {
  return selectBy(query.segments, [start], { ...tools, patterns: new Map(), find });
}

function find(
  { from, query }: { readonly from: 'current' | 'root'; readonly query: Query },
  current: unknown,
  context: QueryContext,
): readonly unknown[] {
  return from === 'root' ? findFromRoot(query, context) : selectBy(query.segments, [current], context);
}

/** `$` of a filter: its first name is a root object of the scope; the roots cannot be listed. */
function findFromRoot(query: Query, context: QueryContext): readonly unknown[] {
  const [first, ...rest] = query.segments;
  const [selector] = first?.selectors ?? [];
  if (first === undefined || first.descends || selector?.kind !== 'name') return [];
  const root = context.scope.root(selector.name);
  return root === undefined ? [] : selectBy(rest, [root], context);
}

function selectBy(segments: readonly Segment[], start: readonly unknown[], context: QueryContext): readonly unknown[] {
  let found = start;
  for (const segment of segments) {
    const next: unknown[] = [];
    for (const value of found) {
      if (segment.descends) descend(segment, value, { context, next });
      else for (const selector of segment.selectors) apply(selector, value, { context, next });
    }
    found = next;
  }
  return found;
}

interface Finding {
  readonly context: QueryContext;
  readonly next: unknown[];
}

/** The value itself before what is below it. With its own stack, because values may be deeper than ours. */
function descend({ selectors }: Segment, top: unknown, finding: Finding): void {
  const open: unknown[] = [top];
  while (open.length > 0) {
    const value = open.pop();
    spendSteps(finding.context.budget, 1);
    if (typeof value !== 'object' || value === null) continue;
    for (const selector of selectors) {
      if (selector.kind === 'filter') keepIfHolds(selector, value, finding);
      else apply(selector, value, finding);
    }
    const children = Array.isArray(value) ? value : Object.values(value);
    for (let index = children.length - 1; index >= 0; index--) open.push(children[index]);
  }
}

type Filter = Extract<Selector, { kind: 'filter' }>;

/** With `..` a filter tests every map that is met, once; the elements of a list are met in their turn. */
function keepIfHolds({ test }: Filter, value: object, { context, next }: Finding): void {
  if (!Array.isArray(value) && holds(test, value, context)) next.push(value);
}

function apply(selector: Selector, value: unknown, finding: Finding): void {
  spendSteps(finding.context.budget, 1);
  switch (selector.kind) {
    case 'name':
      return keep(memberOf(value, selector.name), finding);
    case 'index':
      return keep(elementOf(value, selector.index), finding);
    case 'wildcard':
      return keepAll(childrenOf(value), finding);
    case 'slice':
      return Array.isArray(value) ? keepAll(slice(value, selector), finding) : undefined;
    case 'filter':
      return filter(selector, value, finding);
    default:
      return selector satisfies never;
  }
}

/** As Jayway does: of a list the elements are tested, a map is tested itself. */
function filter(selector: Filter, value: unknown, finding: Finding): void {
  if (!Array.isArray(value)) return isMap(value) ? keepIfHolds(selector, value, finding) : undefined;
  for (const element of value) {
    spendSteps(finding.context.budget, 1);
    if (holds(selector.test, element, finding.context)) finding.next.push(element);
  }
}

function keep(value: unknown, { next }: Finding): void {
  if (value !== undefined) next.push(value);
}

function keepAll(values: readonly unknown[], { context, next }: Finding): void {
  spendSteps(context.budget, values.length);
  for (const value of values) next.push(value);
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.values(value) : [];
}

interface Bounds {
  readonly start?: number;
  readonly stop?: number;
  readonly step?: number;
}

/** RFC 9535 section 2.3.4.2.2. */
function slice(list: readonly unknown[], { start, stop, step = 1 }: Bounds): readonly unknown[] {
  const { length } = list;
  const fromEnd = (index: number) => (index < 0 ? index + length : index);
  const taken: unknown[] = [];
  if (step > 0) {
    const end = Math.min(Math.max(fromEnd(stop ?? length), 0), length);
    for (let index = Math.max(fromEnd(start ?? 0), 0); index < end; index += step) taken.push(list[index]);
  } else if (step < 0) {
    const end = stop === undefined ? -1 : Math.max(fromEnd(stop), -1);
    const begin = start === undefined ? length - 1 : Math.min(fromEnd(start), length - 1);
    for (let index = begin; index > end; index += step) taken.push(list[index]);
  }
  return taken;
}

import {
  type FilterFunction,
  FunctionExpressionType,
  JSONPathEnvironment,
  type JSONPathQuery,
  jsonpath,
} from 'json-p3';
import {
  type Comparison,
  type FilterFunctionName,
  filterFunctionNames,
  type Query,
  type Segment,
  type Selector,
  type Test,
} from './query.js';

/**
 * json-p3 reads the text (RFC 9535); our own evaluator runs it. The reasons: its evaluator has no budget, spreads whole
 * lists into calls (stack overflow at 100,000 elements), and matches patterns with the JavaScript RegExp.
 */
const environment = new JSONPathEnvironment();
for (const name of ['match', 'search']) environment.functionRegister.set(name, refusedPattern());

/** Only its types are used by the parser. Should json-p3 ever run it, nothing matches, and no RegExp is made. */
function refusedPattern(): FilterFunction {
  const { LogicalType, ValueType } = FunctionExpressionType;
  return { argTypes: [ValueType, ValueType], returnType: LogicalType, call: () => false };
}

/** Undefined when the text is not a JSONPath. */
export function parseQuery(text: string): Query | undefined {
  try {
    return queryOf(environment.compile(text));
  } catch {
    // json-p3 throws for every syntax error; its texts must not reach an event. The contract answers null.
    return undefined;
  }
}

function queryOf(query: JSONPathQuery): Query {
  const segments = query.segments.map(segmentOf);
  return { segments, isDefinite: segments.every(isSingular) || endsWithNames(segments) };
}

function isSingular({ descends, selectors: [first, second] }: Segment): boolean {
  return !descends && second === undefined && (first?.kind === 'name' || first?.kind === 'index');
}

/** Jayway merges `['a','b']` at the end of a definite path into one map. */
function endsWithNames(segments: readonly Segment[]): boolean {
  const last = segments.at(-1);
  return last !== undefined && isMerge(last) && segments.slice(0, -1).every(isSingular);
}

export function isMerge({ descends, selectors }: Segment): boolean {
  return !descends && selectors.length > 1 && selectors.every(({ kind }) => kind === 'name');
}

function segmentOf(segment: JSONPathQuery['segments'][number]): Segment {
  // json-p3 does not export the class of `..`, but prints it.
  const descends = segment.toString({ form: 'canonical' }).startsWith('..');
  return { descends, selectors: segment.selectors.map(selectorOf) };
}

function selectorOf(selector: JSONPathQuery['segments'][number]['selectors'][number]): Selector {
  const { NameSelector, IndexSelector, SliceSelector, WildcardSelector, FilterSelector } = jsonpath.selectors;
  if (selector instanceof NameSelector) return { kind: 'name', name: selector.name };
  if (selector instanceof IndexSelector) return { kind: 'index', index: selector.index };
  if (selector instanceof WildcardSelector) return { kind: 'wildcard' };
  if (selector instanceof FilterSelector) return { kind: 'filter', test: testOf(selector.expression) };
  if (!(selector instanceof SliceSelector)) throw new TypeError('unknown selector');
  const { start, stop, step } = selector;
  return {
    kind: 'slice',
    ...(start === undefined ? {} : { start }),
    ...(stop === undefined ? {} : { stop }),
    ...(step === undefined ? {} : { step }),
  };
}

type Expression = jsonpath.expressions.FilterExpression;

function testOf(expression: Expression): Test {
  const known = jsonpath.expressions;
  if (expression instanceof known.LogicalExpression) return testOf(expression.expression);
  if (expression instanceof known.PrefixExpression) return { kind: 'not', test: testOf(expression.right) };
  if (expression instanceof known.InfixExpression) return infixOf(expression);
  if (expression instanceof known.RelativeQuery) {
    return { kind: 'query', from: 'current', query: queryOf(expression.path) };
  }
  if (expression instanceof known.RootQuery) return { kind: 'query', from: 'root', query: queryOf(expression.path) };
  if (expression instanceof known.FunctionExtension) {
    return { kind: 'call', name: functionOf(expression.name), args: expression.args.map(testOf) };
  }
  return { kind: 'literal', value: literalOf(expression) };
}

function infixOf({ operator, left, right }: jsonpath.expressions.InfixExpression): Test {
  const sides = { left: testOf(left), right: testOf(right) };
  if (operator === '&&') return { kind: 'and', ...sides };
  if (operator === '||') return { kind: 'or', ...sides };
  return { kind: 'compare', operator: comparisonOf(operator), ...sides };
}

function comparisonOf(operator: string): Comparison {
  const found = (['==', '!=', '<', '<=', '>', '>='] as const).find((known) => known === operator);
  if (!found) throw new TypeError('unknown comparison');
  return found;
}

function functionOf(name: string): FilterFunctionName {
  const found = filterFunctionNames.find((known) => known === name);
  if (!found) throw new TypeError('unknown function');
  return found;
}

function literalOf(expression: Expression): unknown {
  const { NullLiteral, BooleanLiteral, NumberLiteral, StringLiteral } = jsonpath.expressions;
  if (expression instanceof NullLiteral) return null;
  if (expression instanceof BooleanLiteral) return expression.value;
  if (expression instanceof NumberLiteral || expression instanceof StringLiteral) return expression.value;
  throw new TypeError('unknown literal');
}

import { parsePrimary } from './parse-primary.js';
import { accept, advance, counted, expect, isSymbol, nested, parseList, type Parser, unexpected } from './parser.js';
import { unsupported } from './refusal.js';
import {
  type BinaryOperator,
  type Expression,
  type LogicalOperator,
  methodArity,
  type MethodName,
  type UnaryOperator,
} from './syntax.js';

/** An expression without the comma operator. */
export function parseExpression(parser: Parser): Expression {
  return nested(parser, () => parseAssignment(parser));
}

const compound: Readonly<Record<string, BinaryOperator>> = { '+=': '+', '-=': '-', '*=': '*', '/=': '/', '%=': '%' };

function parseAssignment(parser: Parser): Expression {
  const target = parseConditional(parser);
  const { token } = parser;
  const operator = token.kind === 'symbol' && Object.hasOwn(compound, token.text) ? compound[token.text] : undefined;
  if (operator === undefined && !isSymbol(parser, '=')) return target;
  if (target.kind !== 'local' || parser.constants.has(target.slot)) throw unsupported('this assignment');
  advance(parser);
  const right = parseExpression(parser);
  const value: Expression =
    operator === undefined ? right : counted(parser, { kind: 'binary', operator, left: target, right });
  return counted(parser, { kind: 'assign', slot: target.slot, value });
}

function parseConditional(parser: Parser): Expression {
  const test = parseBinary(parser, 1);
  if (!accept(parser, '?')) return test;
  const then = parseExpression(parser);
  expect(parser, ':');
  const otherwise = parseExpression(parser);
  return counted(parser, { kind: 'conditional', test, then, otherwise });
}

type Infix =
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly power: number }
  | { readonly kind: 'logical'; readonly operator: LogicalOperator; readonly power: number };

const infixes: ReadonlyMap<string, Infix> = new Map([
  ...(['??', '||'] as const).map((operator) => [operator, { kind: 'logical', operator, power: 1 } as Infix] as const),
  ['&&', { kind: 'logical', operator: '&&', power: 2 }],
  ...binaries(3, ['==', '!=', '===', '!==']),
  ...binaries(4, ['<', '<=', '>', '>=']),
  ...binaries(5, ['+', '-']),
  ...binaries(6, ['*', '/', '%']),
]);

function binaries(power: number, operators: readonly BinaryOperator[]): readonly (readonly [string, Infix])[] {
  return operators.map((operator) => [operator, { kind: 'binary', operator, power }]);
}

/** Operators that bind at least as strongly as `power`; all of them associate to the left. */
function parseBinary(parser: Parser, power: number): Expression {
  let left = parseUnary(parser);
  for (;;) {
    const infix = parser.token.kind === 'symbol' ? infixes.get(parser.token.text) : undefined;
    if (infix === undefined || infix.power < power) return left;
    advance(parser);
    const right = parseBinary(parser, infix.power + 1);
    left = combine(parser, infix, [left, right]);
  }
}

function combine(parser: Parser, infix: Infix, [left, right]: readonly [Expression, Expression]): Expression {
  if (infix.kind === 'binary') {
    return counted(parser, { kind: 'binary', operator: infix.operator, left, right });
  }
  // `a ?? b || c` needs parentheses in JavaScript.
  for (const side of [left, right]) {
    const isMixed = side.kind === 'logical' && (side.operator === '??') !== (infix.operator === '??');
    if (isMixed && !parser.grouped.has(side)) throw unsupported('?? beside another logical operator');
  }
  return counted(parser, { kind: 'logical', operator: infix.operator, left, right });
}

function parseUnary(parser: Parser): Expression {
  const operator = unaryOperator(parser);
  if (operator === undefined) return parsePostfix(parser);
  advance(parser);
  const operand = nested(parser, () => parseUnary(parser));
  return counted(parser, { kind: 'unary', operator, operand });
}

function unaryOperator({ token }: Parser): UnaryOperator | undefined {
  if (token.kind === 'symbol') return (['!', '-', '+'] as const).find((operator) => operator === token.text);
  return token.kind === 'name' && token.text === 'typeof' ? 'typeof' : undefined;
}

function parsePostfix(parser: Parser): Expression {
  let value = parsePrimary(parser);
  for (;;) {
    if (accept(parser, '.')) value = parseMember(parser, value);
    else if (accept(parser, '[')) {
      const key = parseExpression(parser);
      expect(parser, ']');
      value = counted(parser, { kind: 'member', object: value, key });
    } else if (isSymbol(parser, '(')) value = parseCall(parser, value);
    else return value;
  }
}

function parseMember(parser: Parser, object: Expression): Expression {
  if (parser.token.kind !== 'name') throw unexpected(parser);
  const name = advance(parser).text;
  if (!isSymbol(parser, '(')) {
    return counted(parser, { kind: 'member', object, key: { kind: 'literal', value: name } });
  }
  if (!isMethodName(name)) throw unsupported(`the method ${name}`);
  advance(parser);
  const args = parseList(parser, ')');
  if (args.length !== methodArity[name]) throw unsupported(`${name} with ${args.length} arguments`);
  return counted(parser, { kind: 'method', object, name, args });
}

function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methodArity, name);
}

/** Only `(function () { ... })()` and the like: functions are no values here. */
function parseCall(parser: Parser, callee: Expression): Expression {
  if (callee.kind !== 'function') throw unsupported('this call');
  advance(parser);
  expect(parser, ')');
  return counted(parser, { kind: 'invoke', body: callee.body });
}

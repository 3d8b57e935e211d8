import { useName } from './names.js';
import { parseArrowBody, parseFunctionExpression } from './parse-function.js';
import { accept, advance, counted, expect, isSymbol, parseList, type Parser, takeName, unexpected } from './parser.js';
import { unsupported } from './refusal.js';
import type { Expression } from './syntax.js';

const words: ReadonlyMap<string, boolean | null | undefined | number> = new Map<
  string,
  boolean | null | undefined | number
>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
]);

/** A literal, a name, something in parentheses, a list, a map or a function. */
export function parsePrimary(parser: Parser): Expression {
  const { token } = parser;
  switch (token.kind) {
    case 'number':
    case 'text':
      advance(parser);
      return counted(parser, { kind: 'literal', value: token.value });
    case 'name':
      return parseWord(parser, token.text);
    case 'symbol':
      return parseSymbol(parser);
    case 'end':
      throw unexpected(parser);
    default:
      return token satisfies never;
  }
}

function parseWord(parser: Parser, word: string): Expression {
  if (words.has(word)) {
    advance(parser);
    return counted(parser, { kind: 'literal', value: words.get(word) });
  }
  if (word === 'function') {
    advance(parser);
    return parseFunctionExpression(parser);
  }
  const name = takeName(parser);
  const binding = useName(parser.names, name);
  if (binding === undefined) return counted(parser, { kind: 'variable', name });
  if (binding.kind !== 'function') return counted(parser, { kind: 'local', slot: binding.slot });
  const body = parser.functions[binding.index];
  if (body === undefined || !isSymbol(parser, '(')) throw unsupported('a function as a value');
  return { kind: 'function', body };
}

function parseSymbol(parser: Parser): Expression {
  if (accept(parser, '(')) return parseParentheses(parser);
  if (accept(parser, '[')) return counted(parser, { kind: 'list', items: parseList(parser, ']') });
  if (accept(parser, '{')) return parseMap(parser);
  throw unexpected(parser);
}

function parseParentheses(parser: Parser): Expression {
  if (accept(parser, ')')) {
    if (!isSymbol(parser, '=>') || parser.token.afterNewline) throw unexpected(parser);
    advance(parser);
    return parseArrowBody(parser);
  }
  const inside = parser.grammar.expression(parser);
  expect(parser, ')');
  parser.grouped.add(inside);
  return inside;
}

function parseMap(parser: Parser): Expression {
  const entries: (readonly [string, Expression])[] = [];
  while (!accept(parser, '}')) {
    const key = takeKey(parser);
    expect(parser, ':');
    entries.push([key, parser.grammar.expression(parser)]);
    if (!isSymbol(parser, '}')) expect(parser, ',');
  }
  return counted(parser, { kind: 'map', entries });
}

function takeKey(parser: Parser): string {
  const { token } = parser;
  if (token.kind !== 'name' && token.kind !== 'text' && token.kind !== 'number') throw unexpected(parser);
  advance(parser);
  const key = token.kind === 'name' ? token.text : String(token.value);
  // In a literal it would set the prototype.
  if (key === '__proto__') throw unsupported('the key __proto__');
  return key;
}

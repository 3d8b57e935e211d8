import { SCRIPT_NESTING_MAX, SCRIPT_NODES_MAX } from '../limits.js';
import { type Names, newNames } from './names.js';
import { Refusal, unsupported } from './refusal.js';
import type { Expression, FunctionBody, Statement } from './syntax.js';
import { readToken, type Token } from './tokens.js';

/** The two rules that all others lead back to; handed in, so that no two files import each other. */
export interface Grammar {
  readonly expression: (parser: Parser) => Expression;
  readonly statements: (parser: Parser, until: '}' | 'end') => readonly Statement[];
}

/** The state of one parse: the token that comes next and what is known so far. */
export interface Parser {
  readonly source: string;
  readonly grammar: Grammar;
  readonly names: Names;
  /** Declared functions; a binding holds the index. */
  readonly functions: FunctionBody[];
  readonly constants: Set<number>;
  /** Expressions that stand in parentheses. */
  readonly grouped: WeakSet<Expression>;
  token: Token;
  end: number;
  nodes: number;
  nesting: number;
}

export function newParser(source: string, grammar: Grammar): Parser {
  const { token, end } = readToken(source, 0);
  const known = { names: newNames(), functions: [], constants: new Set<number>(), grouped: new WeakSet<Expression>() };
  return { source, grammar, ...known, token, end, nodes: 0, nesting: 0 };
}

/** Takes the current token and reads the next one. */
export function advance(parser: Parser): Token {
  const taken = parser.token;
  const { token, end } = readToken(parser.source, parser.end);
  parser.token = token;
  parser.end = end;
  return taken;
}

export function isSymbol({ token }: Parser, text: string): boolean {
  return token.kind === 'symbol' && token.text === text;
}

export function isWord({ token }: Parser, text: string): boolean {
  return token.kind === 'name' && token.text === text;
}

/** Takes the symbol if it comes next. */
export function accept(parser: Parser, text: string): boolean {
  if (!isSymbol(parser, text)) return false;
  advance(parser);
  return true;
}

export function expect(parser: Parser, text: string): void {
  if (!accept(parser, text)) throw unexpected(parser);
}

/** Only what cannot continue in any way is called wrong; everything else may be JavaScript that we do not know. */
export function unexpected({ token }: Parser): Refusal {
  if (token.kind === 'end') return new Refusal('syntax', 'Unexpected end of the script');
  const isCloser = token.kind === 'symbol' && [')', ']', '}'].includes(token.text);
  return isCloser
    ? new Refusal('syntax', `Unexpected ${token.text} at ${token.start}`)
    : unsupported(`'${token.text}'`);
}

export function counted<Node>(parser: Parser, node: Node): Node {
  if (++parser.nodes > SCRIPT_NODES_MAX) throw unsupported(`A script of more than ${SCRIPT_NODES_MAX} parts`);
  return node;
}

export function nested<Result>(parser: Parser, inside: () => Result): Result {
  if (++parser.nesting > SCRIPT_NESTING_MAX) throw unsupported(`Nesting deeper than ${SCRIPT_NESTING_MAX}`);
  const result = inside();
  parser.nesting--;
  return result;
}

const reserved = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof var void while with yield'
  ).split(' '),
);

/** A name that may stand for a value. */
export function takeName(parser: Parser): string {
  const { token } = parser;
  if (token.kind !== 'name' || reserved.has(token.text)) throw unexpected(parser);
  return advance(parser).text;
}

/** Expressions up to the closing symbol, a comma after the last one allowed. */
export function parseList(parser: Parser, closer: string): readonly Expression[] {
  const items: Expression[] = [];
  while (!accept(parser, closer)) {
    items.push(parser.grammar.expression(parser));
    if (!isSymbol(parser, closer)) expect(parser, ',');
  }
  return items;
}

import { SCRIPT_CHARS_MAX } from '../limits.js';
import { declareLocal, isWithinFunction, withinBlock } from './names.js';
import { parseExpression } from './parse-expression.js';
import { parseFunctionDeclaration } from './parse-function.js';
import {
  accept,
  advance,
  counted,
  expect,
  isSymbol,
  isWord,
  nested,
  newParser,
  type Parser,
  takeName,
  unexpected,
} from './parser.js';
import { Refusal, unsupported } from './refusal.js';
import type { Expression, Script, Statement } from './syntax.js';

/** Parses a whole script; throws a Refusal. */
export function parseScript(source: string): Script {
  if (source.length > SCRIPT_CHARS_MAX) throw unsupported(`A script of more than ${SCRIPT_CHARS_MAX} characters`);
  const parser = newParser(source, { expression: parseExpression, statements: parseStatements });
  const statements = parseStatements(parser, 'end');
  return { statements, slotCount: parser.names.slotCount };
}

/** Statements up to the brace or the end, which is left for the caller. */
export function parseStatements(parser: Parser, until: '}' | 'end'): readonly Statement[] {
  const statements: Statement[] = [];
  const isOver = () => (until === '}' ? isSymbol(parser, '}') : parser.token.kind === 'end');
  while (!isOver()) {
    if (parser.token.kind === 'end') throw unexpected(parser);
    statements.push(nested(parser, () => parseStatement(parser)));
  }
  return statements;
}

function parseStatement(parser: Parser): Statement {
  const { token } = parser;
  if (accept(parser, ';')) return { kind: 'empty' };
  if (accept(parser, '{')) return parseBlock(parser);
  switch (token.kind === 'name' ? token.text : '') {
    case 'var':
    case 'let':
    case 'const':
      return parseDeclarations(parser, advance(parser).text);
    case 'if':
      return parseIf(parser);
    case 'return':
      return parseReturn(parser);
    case 'function':
      advance(parser);
      parseFunctionDeclaration(parser);
      return { kind: 'empty' };
    default:
      return parseExpressionStatement(parser);
  }
}

function parseBlock(parser: Parser): Statement {
  const body = withinBlock(parser.names, () => parseStatements(parser, '}'));
  expect(parser, '}');
  return counted(parser, { kind: 'block', body });
}

function parseDeclarations(parser: Parser, word: string): Statement {
  const kind = word === 'var' || word === 'let' ? word : 'const';
  const body: Statement[] = [];
  do {
    body.push(parseDeclaration(parser, kind));
  } while (accept(parser, ','));
  endStatement(parser);
  return counted(parser, { kind: 'block', body });
}

function parseDeclaration(parser: Parser, kind: 'var' | 'let' | 'const'): Statement {
  // `let` alone is a name in old JavaScript.
  if (kind === 'let' && parser.token.kind !== 'name') throw unsupported('let as a name');
  const name = takeName(parser);
  const value = accept(parser, '=') ? parseExpression(parser) : undefined;
  // After its value: so a use of the name in there counts as a use before the declaration.
  const slot = declareLocal(parser.names, kind, name);
  if (kind === 'const') parser.constants.add(slot);
  if (value !== undefined) return counted(parser, { kind: 'initialise', slot, value });
  if (kind === 'const') throw unsupported('a constant without a value');
  if (kind === 'var') return { kind: 'empty' };
  return counted(parser, { kind: 'initialise', slot, value: { kind: 'literal', value: undefined } });
}

function parseIf(parser: Parser): Statement {
  advance(parser);
  expect(parser, '(');
  const test = parseExpression(parser);
  expect(parser, ')');
  const then = parseBranch(parser);
  if (!isWord(parser, 'else')) return counted(parser, { kind: 'if', test, then });
  advance(parser);
  return counted(parser, { kind: 'if', test, then, otherwise: parseBranch(parser) });
}

function parseBranch(parser: Parser): Statement {
  if (['let', 'const', 'function'].some((word) => isWord(parser, word))) throw unexpected(parser);
  return nested(parser, () => parseStatement(parser));
}

function parseReturn(parser: Parser): Statement {
  if (!isWithinFunction(parser.names)) throw new Refusal('syntax', 'return stands outside of a function');
  advance(parser);
  const value: Expression = mayEnd(parser) ? { kind: 'literal', value: undefined } : parseExpression(parser);
  endStatement(parser);
  return counted(parser, { kind: 'return', value });
}

function parseExpressionStatement(parser: Parser): Statement {
  const value = parseExpression(parser);
  endStatement(parser);
  return { kind: 'expression', value };
}

/** JavaScript inserts a semicolon before a brace, at the end, and at a new line where the statement cannot go on. */
function endStatement(parser: Parser): void {
  if (!mayEnd(parser)) throw unexpected(parser);
  accept(parser, ';');
}

function mayEnd(parser: Parser): boolean {
  const { token } = parser;
  return token.kind === 'end' || token.afterNewline || isSymbol(parser, ';') || isSymbol(parser, '}');
}

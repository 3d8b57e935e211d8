import { declareFunction, isFunctionLevel, useName, withinFunction } from './names.js';
import { accept, counted, expect, isSymbol, nested, type Parser, takeName, unexpected } from './parser.js';
import { unsupported } from './refusal.js';
import type { Expression, FunctionBody } from './syntax.js';

/** `function () { ... }` after its keyword; it has to be called where it stands. */
export function parseFunctionExpression(parser: Parser): Expression {
  const name = isSymbol(parser, '(') ? undefined : takeName(parser);
  const isUsed = () => name !== undefined && (useNameQuietly(parser, name) || parser.names.free.has(name));
  if (isUsed()) throw unsupported('this name of a function');
  const body = parseFunctionBody(parser);
  // Its own name within it would be the function.
  if (isUsed()) throw unsupported('a function that names itself');
  return { kind: 'function', body };
}

function useNameQuietly({ names }: Parser, name: string): boolean {
  const wasFree = names.free.has(name);
  const isBound = useName(names, name) !== undefined;
  if (!wasFree) names.free.delete(name);
  return isBound;
}

/** `function name() { ... }` after its keyword. Usable below its place only, which excludes recursion. */
export function parseFunctionDeclaration(parser: Parser): void {
  if (!isFunctionLevel(parser.names)) throw unsupported('a function in a block');
  const name = takeName(parser);
  const body = parseFunctionBody(parser);
  declareFunction(parser.names, name, parser.functions.length);
  parser.functions.push(body);
}

function parseFunctionBody(parser: Parser): FunctionBody {
  expect(parser, '(');
  expect(parser, ')');
  expect(parser, '{');
  return parseBraces(parser);
}

function parseBraces(parser: Parser): FunctionBody {
  const { result, slots } = withinFunction(parser.names, () =>
    nested(parser, () => parser.grammar.statements(parser, '}')),
  );
  expect(parser, '}');
  return counted(parser, { body: result, slots });
}

/** What follows `() =>`. An arrow function is no operand: only a closing parenthesis may come next. */
export function parseArrowBody(parser: Parser): Expression {
  const body = accept(parser, '{') ? parseBraces(parser) : parseArrowValue(parser);
  if (!isSymbol(parser, ')'))
    throw parser.token.kind === 'end' ? unsupported('a function as a value') : unexpected(parser);
  return { kind: 'function', body };
}

function parseArrowValue(parser: Parser): FunctionBody {
  const { result, slots } = withinFunction(parser.names, () => parser.grammar.expression(parser));
  return { body: [{ kind: 'return', value: result }], slots };
}

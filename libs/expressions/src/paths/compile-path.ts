import { ExpressionError } from '../expression-error.js';
import { PATH_CHARS_MAX } from '../limits.js';
import type { FunctionName } from './functions.js';
import { parseQuery } from './parse-query.js';
import { type Piece, splitPath } from './path-text.js';
import type { Query } from './query.js';

/** A path that is ready to be applied. `steps` is the fast form: own members by name, elements by index. */
export type Path =
  | { readonly kind: 'nothing'; readonly value: null | readonly [] }
  | (Located & { readonly kind: 'steps'; readonly steps: readonly (string | number)[] })
  | (Located & { readonly kind: 'query'; readonly query: Query });

interface Located {
  readonly root: string;
  /** `workflow.env.NAME` holds text; whatever follows looks into the JSON in it. */
  readonly variable: string | undefined;
  readonly then: FunctionName | undefined;
}

/** Undefined when the text is not a path; then its value is null. */
export function compilePath(text: string): Path | undefined {
  const pieces = splitPath(text.trim());
  if (pieces === undefined) return undefined;
  const last = pieces.at(-1);
  const then = last?.kind === 'function' ? last.name : undefined;
  return compilePieces(then === undefined ? pieces : pieces.slice(0, -1), { then, text });
}

interface Ending {
  readonly then: FunctionName | undefined;
  readonly text: string;
}

function compilePieces(pieces: readonly Piece[], { then, text }: Ending): Path | undefined {
  const [root, ...rest] = pieces;
  if (root?.kind !== 'name') return unrooted(pieces);
  const variable = environmentVariable(pieces);
  const located = { root: root.name, variable, then };
  const following = variable === undefined ? rest : rest.slice(2);
  const steps = stepsOf(following);
  if (steps !== undefined) return { kind: 'steps', ...located, steps };
  if (text.length > PATH_CHARS_MAX) {
    throw new ExpressionError(
      'EXPRESSION_TOO_LARGE',
      `A path has ${text.length} characters; at most ${PATH_CHARS_MAX} are allowed. Select in several steps.`,
    );
  }
  const query = parseQuery(`$${following.map(pieceText).join('')}`);
  return query && { kind: 'query', ...located, query };
}

/** The roots cannot be listed: a path that starts with all of them finds nothing. */
function unrooted(pieces: readonly Piece[]): Path | undefined {
  const [first] = pieces;
  if (first === undefined) return { kind: 'nothing', value: null };
  if (parseQuery(`$${pieces.map(pieceText).join('')}`) === undefined) return undefined;
  return { kind: 'nothing', value: first.kind === 'index' ? null : [] };
}

function environmentVariable([root, env, variable]: readonly Piece[]): string | undefined {
  const isEnvironment = root?.kind === 'name' && root.name === 'workflow' && env?.kind === 'name' && env.name === 'env';
  return isEnvironment && variable?.kind === 'name' ? variable.name : undefined;
}

function stepsOf(pieces: readonly Piece[]): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'name') steps.push(piece.name);
    else if (piece.kind === 'index') steps.push(piece.index);
    else return undefined;
  }
  return steps;
}

/** In the form of RFC 9535, which is stricter than Jayway about names without quotes. */
function pieceText(piece: Piece): string {
  switch (piece.kind) {
    case 'name':
      return `[${JSON.stringify(piece.name)}]`;
    case 'index':
      return `[${piece.index}]`;
    case 'wildcard':
      return '[*]';
    case 'descend':
      return '..';
    case 'bracket':
      return `[${piece.text}]`;
    case 'function':
      return '';
    default:
      return piece satisfies never;
  }
}

import { PATH_NESTING_MAX } from '../limits.js';
import { type FunctionName, isFunctionName } from './functions.js';

/** One piece of a path as written. `bracket` keeps what only json-p3 understands: filters, slices, unions. */
export type Piece =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descend' }
  | { readonly kind: 'bracket'; readonly text: string }
  | { readonly kind: 'function'; readonly name: FunctionName };

interface Read {
  readonly piece: Piece;
  readonly end: number;
}

const integer = /^-?(?:0|[1-9]\d{0,9})$/;
const nameEnd = /[.[( \t\r\n]/g;

/**
 * Splits a path in Jayway's dialect: `$.` is implied, names may hold any character but `.`, `[`, `(` and blanks.
 * Undefined when it is not a path.
 */
export function splitPath(text: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = text.startsWith('$') ? 1 : 0;
  let wantsName = at === 0;
  while (at < text.length) {
    const read = wantsName ? readMember(text, at) : text[at] === '[' ? readBracket(text, at) : undefined;
    if (read) {
      pieces.push(read.piece);
      at = read.end;
      wantsName = read.piece.kind === 'descend';
    } else {
      if (wantsName || text[at] !== '.') return undefined;
      wantsName = true;
      at++;
    }
  }
  return wantsName || !isWellFormed(pieces) ? undefined : pieces;
}

function isWellFormed(pieces: readonly Piece[]): boolean {
  return pieces.every((piece, index) => {
    if (piece.kind === 'function') return index > 0 && index === pieces.length - 1;
    return piece.kind !== 'descend' || pieces[index - 1]?.kind !== 'descend';
  });
}

function readMember(text: string, at: number): Read | undefined {
  const first = text[at];
  if (first === '[') return readBracket(text, at);
  if (first === '.') return { piece: { kind: 'descend' }, end: at + 1 };
  if (first === '*') return { piece: { kind: 'wildcard' }, end: at + 1 };
  nameEnd.lastIndex = at;
  const end = nameEnd.exec(text)?.index ?? text.length;
  const name = text.slice(at, end);
  if (name === '') return undefined;
  if (text[end] === '(') return readFunction(text, { name, end });
  return /\s/.test(text[end] ?? '') ? undefined : { piece: { kind: 'name', name }, end };
}

function readFunction(text: string, { name, end }: { readonly name: string; readonly end: number }): Read | undefined {
  const close = text.indexOf(')', end);
  if (close < 0 || text.slice(end + 1, close).trim() !== '' || !isFunctionName(name)) return undefined;
  return { piece: { kind: 'function', name }, end: close + 1 };
}

function readBracket(text: string, at: number): Read | undefined {
  const close = closingBracket(text, at);
  if (close === undefined) return undefined;
  const inside = text.slice(at + 1, close).trim();
  return { piece: bracketPiece(inside), end: close + 1 };
}

function bracketPiece(inside: string): Piece {
  if (integer.test(inside)) return { kind: 'index', index: Number(inside) };
  if (inside === '*') return { kind: 'wildcard' };
  const quote = inside[0];
  if ((quote === "'" || quote === '"') && inside.length > 1 && inside.indexOf(quote, 1) === inside.length - 1) {
    const name = inside.slice(1, -1);
    if (!name.includes('\\')) return { kind: 'name', name };
  }
  return { kind: 'bracket', text: inside };
}

/** The index of the bracket that closes the one at `at`, with quotes respected. */
function closingBracket(text: string, at: number): number | undefined {
  let depth = 0;
  let quote = '';
  for (let index = at; index < text.length; index++) {
    const char = text[index] ?? '';
    if (quote !== '') {
      if (char === '\\') index++;
      else if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '[' || char === '(' || char === '!') {
      // `!` counts because the parser of json-p3 recurses on it; `!=` does not recurse.
      if (char !== '!' && ++depth > PATH_NESTING_MAX) return undefined;
      if (char === '!' && text[index + 1] === '!') return undefined;
    } else if ((char === ']' || char === ')') && --depth === 0) return index;
  }
  return undefined;
}

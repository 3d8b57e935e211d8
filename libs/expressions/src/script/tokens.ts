import { Refusal, unsupported } from './refusal.js';
import { readText } from './text-literal.js';

export type Token = { readonly start: number; readonly afterNewline: boolean } & (
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'text'; readonly value: string; readonly text: string }
  | { readonly kind: 'end'; readonly text: '' }
);

export interface TokenRead {
  readonly token: Token;
  readonly end: number;
}

/** Longest first. Those the parser does not know are here so that they are refused whole and never read as two. */
const symbols =
  /<!--|>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()[\];,<>+\-*/%&|^!~?:=.]/y;
const blank = /[ \t\v\f\u00a0\ufeff]+|[\n\r\u2028\u2029]+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\//y;
const newline = /[\n\r\u2028\u2029]/;
const name = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const number = /0[xX][0-9a-fA-F]+|(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;

/**
 * The token at or after `from`. Read one at a time, because the parser must refuse a `/` that begins a regular expression
 * before its inside is taken for tokens.
 */
export function readToken(source: string, from: number): TokenRead {
  const { start, afterNewline } = skipBlank(source, from);
  const place = { start, afterNewline };
  const char = source[start];
  if (char === undefined) return { token: { kind: 'end', text: '', ...place }, end: start };
  if (char === "'" || char === '"') {
    const { value, end } = readText(source, start);
    return { token: { kind: 'text', value, text: source.slice(start, end), ...place }, end };
  }
  const word = matchAt(name, source, start);
  if (word !== undefined) {
    const end = start + word.length;
    if (source[end] === '\\' || source.charCodeAt(end) > 127) throw unsupported('a name that is not ASCII');
    return { token: { kind: 'name', text: word, ...place }, end };
  }
  return readNumber(source, place) ?? readSymbol(source, place);
}

interface Place {
  readonly start: number;
  readonly afterNewline: boolean;
}

function skipBlank(source: string, from: number): Place {
  let start = from;
  let afterNewline = false;
  for (;;) {
    const found = matchAt(blank, source, start);
    if (found === undefined) return { start, afterNewline };
    afterNewline ||= newline.test(found);
    start += found.length;
  }
}

function readNumber(source: string, place: Place): TokenRead | undefined {
  const text = matchAt(number, source, place.start);
  if (text === undefined) return undefined;
  const end = place.start + text.length;
  // 1n, 1_000, 010 and 3in.
  if (/[\w$\\]/.test(source[end] ?? '')) throw unsupported('this form of number');
  return { token: { kind: 'number', value: Number(text), text, ...place }, end };
}

function readSymbol(source: string, place: Place): TokenRead {
  if (source.startsWith('/*', place.start)) throw new Refusal('syntax', 'a comment is not closed');
  const text = matchAt(symbols, source, place.start);
  if (text === undefined) throw unsupported(`the character at ${place.start}`);
  // `a?.5:1` is a conditional with the number .5.
  const isConditional = text === '?.' && /[0-9]/.test(source[place.start + 2] ?? '');
  const taken = isConditional ? '?' : text;
  return { token: { kind: 'symbol', text: taken, ...place }, end: place.start + taken.length };
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

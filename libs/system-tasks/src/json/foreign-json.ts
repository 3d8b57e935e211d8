/** JSON from servers that nobody here controls: bounded depth, and nothing in it that turns into a prototype later (security C7). */
import { limits } from '../limits.js';

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;

/**
 * The value, or undefined when the text is no JSON or nested deeper than `limits.jsonDepth`. Keys `__proto__` are removed. Whole numbers
 * inside of it that a double cannot keep become text with all of their digits: an id must not turn into its neighbour's.
 */
export function parseForeignJson(text: string): unknown {
  const longs = scan(text);
  if (longs === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(longs.length === 0 ? text : quoted(text, longs));
    if (text.includes('_proto_') || text.includes('\\u')) removeProto(value);
    return value;
  } catch {
    // A server may answer what it likes; then it is text.
    return undefined;
  }
}

type Span = readonly [start: number, end: number];

/** Where the long numbers stand; undefined when it is too deep. One pass and nothing built, so that a bomb costs no more than reading it. */
function scan(text: string): readonly Span[] | undefined {
  const longs: Span[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > limits.jsonDepth) return undefined;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at);
      if (depth > 0 && end - at > 15 && isLong(text.slice(at, end))) longs.push([at, end]);
      at = end - 1;
    }
  }
  return longs;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  // Digits . + - e E
  while (at < text.length && (isDigit(text.charCodeAt(at)) || '.+-eE'.includes(text.charAt(at)))) at += 1;
  return at;
}

function isLong(number: string): boolean {
  return /^-?[1-9]\d*$/.test(number) && !Number.isSafeInteger(Number(number));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function quoted(text: string, longs: readonly Span[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of longs) {
    parts.push(text.slice(from, start), `"${text.slice(start, end)}"`);
    from = end;
  }
  return parts.join('') + text.slice(from);
}

/** Recursion is bounded by the depth checked before. */
function removeProto(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const child of Object.values(value)) removeProto(child);
}

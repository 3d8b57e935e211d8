/**
 * The one parser of bytes from outside, for every door: valid UTF-8, bounded depth, numbers that survive, no `__proto__`. Faults are found
 * by a scan of the bytes before anything is built from them.
 */
import { isUtf8 } from 'node:buffer';

import { invalid } from '../errors/request-error.js';
import { limits } from '../limits.js';

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const byteOrderMark = '\uFEFF';

/** JSON bytes into a value; undefined when there are none. Throws InvalidRequest with the place of the fault. */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw invalid('The body is not valid UTF-8');
  scan(bytes);
  const text = bytes.toString('utf8');
  const value = parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  if (text.includes('_proto_') || text.includes('constructor') || text.includes('\\u')) refuseForbiddenKeys(value);
  return value;
}

export function readText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw invalid('The body is not valid UTF-8');
  return bytes.toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`The body is not valid JSON: ${placeOf(error, text)}`);
  }
}

/** V8's message quotes the text around the fault; a message of ours never contains a payload, so only the place is kept. */
function placeOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (position !== undefined) return `unexpected character at position ${position}`;
  return text.trim() === '' ? 'it is empty' : `unexpected character or end within ${text.length} characters`;
}

/** Depth and numbers, in one pass over the bytes. Measured: a result of 230 bytes takes 1.7 µs instead of 0.8 µs with `JSON.parse` alone. */
function scan(bytes: Buffer): void {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > limits.bodyDepth)
        throw invalid(`The body is nested more than ${limits.bodyDepth} levels deep at byte ${at}`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if (byte === minus || isDigit(byte)) at = endOfNumber(bytes, at);
  }
}

function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

function endOfNumber(bytes: Buffer, start: number): number {
  let end = start + 1;
  let isPlain = true;
  for (; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (isDigit(byte)) continue;
    // . + - e E
    if (byte !== 0x2e && byte !== 0x2b && byte !== minus && byte !== 0x65 && byte !== 0x45) break;
    isPlain = false;
  }
  // Up to 15 digits every number is kept exactly.
  if (end - start > 15 || !isPlain || bytes[start] === minus) checkNumber(bytes.toString('latin1', start, end), start);
  return end - 1;
}

/** `JSON.parse` rounds 9007199254740993 and makes Infinity of 1e400, in silence. What cannot be kept is refused. */
function checkNumber(text: string, at: number): void {
  const value = Number(text);
  // Not a number at all: the parser will name the fault.
  if (Number.isNaN(value)) return;
  const isKept =
    Number.isFinite(value) && text !== '-0' && (/^-?\d+$/.test(text) ? isExact(text, value) : digitsOf(text) <= 17);
  if (!isKept) throw invalid(`The number at byte ${at} cannot be kept exactly: send it as a text`);
}

function isExact(text: string, value: number): boolean {
  return Number.isSafeInteger(value) || (text.length < 400 && BigInt(text) === BigInt(value));
}

/** Significant digits: 17 identify a double, and programs print that many. */
function digitsOf(text: string): number {
  const [mantissa = ''] = text.split(/[eE]/);
  return mantissa.replace(/^-?[0.]*|\./g, '').length;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Refuses what turns into a prototype in the first careless copy, at any depth. The depth is bounded by the scan before. */
function refuseForbiddenKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    if (Object.hasOwn(value, '__proto__')) throw invalid('The body contains the forbidden key __proto__');
    const own: unknown = Object.hasOwn(value, 'constructor') ? value.constructor : undefined;
    if (typeof own === 'object' && own !== null && Object.hasOwn(own, 'prototype'))
      throw invalid('The body contains the forbidden key constructor.prototype');
  }
  for (const child of Object.values(value)) refuseForbiddenKeys(child);
}

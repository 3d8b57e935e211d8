/** What a task shows of an answer (contract 6.16). Pure. */
import { STATUS_CODES } from 'node:http';

import type { JsonObject } from '@dacapo/contracts';

import { parseForeignJson } from '../json/foreign-json.js';
import { isMap } from '../json/values.js';
import { limits } from '../limits.js';

/** An answer as it came, its body decompressed. */
export interface HttpAnswer {
  readonly statusCode: number;
  /** What the server called it; may be empty. */
  readonly statusText: string;
  /** Name and value in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export function isSuccess({ statusCode }: HttpAnswer): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** `{body, headers, statusCode, reasonPhrase}`; `body` is absent when it is empty. */
export function responseOf(answer: HttpAnswer): JsonObject {
  const body = bodyOf(answer);
  return {
    ...(body === undefined ? {} : { body }),
    headers: headersOf(answer.rawHeaders),
    statusCode: answer.statusCode,
    reasonPhrase: STATUS_CODES[answer.statusCode] ?? answer.statusText,
  };
}

/** `404 Not Found: "{body}"`, as Conductor's reason has it. */
export function statusText(answer: HttpAnswer): string {
  const phrase = answer.statusText === '' ? (STATUS_CODES[answer.statusCode] ?? '') : answer.statusText;
  const text = textIn(answer);
  return `${answer.statusCode} ${printable(phrase)}: ${text === '' ? '[no body]' : `"${quoted(text)}"`}`;
}

/** Arrays and objects keep their structure, a number is a number, all else is text. */
function bodyOf(answer: HttpAnswer): unknown {
  const text = textIn(answer);
  if (text === '') return undefined;
  const value = parseForeignJson(text);
  if (isMap(value) || Array.isArray(value) || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  // JSON's true, false and null as their words.
  return typeof value === 'boolean' || value === null ? String(value) : text;
}

/** UTF-8 unless the answer says Latin-1. */
function textIn({ body, rawHeaders }: HttpAnswer): string {
  const contentType = valuesOf(rawHeaders, 'content-type')[0] ?? '';
  const charset = /charset="?([^\s";]{1,40})/i.exec(contentType)?.[1]?.toLowerCase();
  const text = body.toString(charset === 'iso-8859-1' || charset === 'latin1' ? 'latin1' : 'utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** A list for each name, under its first spelling. */
function headersOf(rawHeaders: readonly string[]): JsonObject {
  const spellings = new Map<string, string>();
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const key = name.toLowerCase();
    if (key === '__proto__') continue;
    const spelling = spellings.get(key) ?? name;
    spellings.set(key, spelling);
    headers.set(spelling, [...(headers.get(spelling) ?? []), value]);
  }
  return Object.fromEntries(headers);
}

/** All values of a header, in order. `name` in lower case. */
export function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

function quoted(text: string): string {
  const short = text.length > limits.quotedCharacters ? `${text.slice(0, limits.quotedCharacters)}...` : text;
  return printable(short);
}

function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replace(/\r\n|\r|\n/g, '<EOL>').replace(/[\u0000-\u001f\u007f]/g, '?');
}

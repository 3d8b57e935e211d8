/** A task's headers: a map whose values may be lists, one line for each element. Nothing in them can break out of its line (security D3). */
import type { JsonObject } from '@dacapo/contracts';

import { isMap, own } from '../json/values.js';
import { limits } from '../limits.js';

/** Values by lower-case name. */
export type Headers = ReadonlyMap<string, readonly string[]>;

/** What frames the message is the sender's own business: two framings in one message are how requests are smuggled. */
const framing = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers, or why they are refused. Null values and framing headers are left out. */
export function readHeaders(map: JsonObject): Headers | string {
  const given = own(map, 'headers');
  if (given === undefined) return new Map();
  if (!isMap(given)) return 'headers must be a map';
  const headers = new Map<string, string[]>();
  let lines = 0;
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,256}$/.test(key)) return 'headers must have names of letters, digits and -';
    const values = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(headerText);
    for (const text of values) {
      if (text === undefined || framing.has(key)) continue;
      if (!isHeaderText(text)) return `the header ${key} must not contain line breaks or characters outside of Latin-1`;
      lines += 1;
      headers.set(key, [...(headers.get(key) ?? []), text]);
    }
  }
  return lines > limits.httpHeaders ? `headers must not be more than ${limits.httpHeaders}` : headers;
}

function headerText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function isHeaderText(text: string): boolean {
  return /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(text);
}

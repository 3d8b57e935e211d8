/** The request that a task's input describes (contract 6.16). Pure: nothing is resolved or sent. */
import type { JsonObject } from '@dacapo/contracts';

import { firstOf, isMap, numberOf, own, textOf } from '../json/values.js';
import { limits } from '../limits.js';
import { type Headers, isHeaderText, readHeaders } from './request-headers.js';

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  /** By lower-case name. */
  readonly headers: Headers;
  readonly body?: Buffer;
  readonly connectMs: number;
  readonly readMs: number;
}

export type ReadRequest =
  | { readonly ok: true; readonly request: HttpRequest }
  /** `isMissing`: one of Conductor's own messages, shown as it is. */
  | { readonly ok: false; readonly reason: string; readonly isMissing: boolean };

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE']);

/** The map that holds the request's keys: `http_request`, or the input itself. */
export function requestMapOf(input: JsonObject): JsonObject {
  const inner = own(input, 'http_request');
  return isMap(inner) ? inner : input;
}

export function readRequest(map: JsonObject): ReadRequest {
  const uri = textOf(own(map, 'uri'));
  if (uri === undefined)
    return missing('Missing HTTP URI.  See documentation for HttpTask for required input parameters');
  const method = textOf(own(map, 'method'))?.trim().toUpperCase();
  if (method === undefined) return missing('No HTTP method specified');
  if (!methods.has(method)) return refused(`method must be one of ${[...methods].join(', ')}`);
  const url = urlOf(uri);
  if (typeof url === 'string') return refused(url);
  const headers = readHeaders(map);
  if (typeof headers === 'string') return refused(headers);
  const connectMs = timeoutOf(firstOf(map, 'connectionTimeOut', 'connectionTimeout'), limits.httpConnectMs);
  const readMs = timeoutOf(firstOf(map, 'readTimeOut', 'readTimeout'), limits.httpReadMs);
  if (connectMs === undefined) return refused('connectionTimeOut must be a number of milliseconds');
  if (readMs === undefined) return refused('readTimeOut must be a number of milliseconds');
  const value = own(map, 'body');
  const hasBody = value !== undefined && method !== 'TRACE';
  const sent = headersFor(map, headers, hasBody);
  if (![...sent.values()].flat().every(isHeaderText))
    return refused('accept and contentType must not contain line breaks');
  return {
    ok: true,
    request: {
      url,
      method,
      headers: sent,
      connectMs,
      readMs,
      ...(hasBody ? { body: encodeBody(value, sent.get('content-type')?.[0] ?? '') } : {}),
    },
  };
}

/** `URL` would drop line breaks and tabs in silence, so they are refused before it sees them. */
function urlOf(uri: string): URL | string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\u007f]/.test(uri)) return 'uri must not contain control characters';
  if (uri.length > limits.uriCharacters) return `uri must not be longer than ${limits.uriCharacters} characters`;
  const url = URL.parse(uri);
  if (url === null) return 'uri must be an absolute http or https URL';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'uri must begin with http:// or https://';
  return hasReadableUser(url) ? url : 'uri must have a user and password that are correctly percent-encoded';
}

/** Node decodes them for the Authorization header, and throws over what it cannot decode. */
function hasReadableUser({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username}${password}`);
    return true;
  } catch {
    return false;
  }
}

/** The request's own headers win; a content type without content is only sent when somebody asked for it. */
function headersFor(map: JsonObject, given: Headers, hasBody: boolean): Headers {
  const headers = new Map(given);
  const accept = own(map, 'accept');
  const accepted = (Array.isArray(accept) ? accept : [accept]).map(textOf).filter((each) => each !== undefined);
  if (!headers.has('accept')) headers.set('accept', [accepted.join(', ') || 'application/json']);
  const contentType = textOf(own(map, 'contentType'));
  if (!headers.has('content-type') && (hasBody || contentType !== undefined))
    headers.set('content-type', [contentType ?? 'application/json']);
  return headers;
}

function timeoutOf(value: unknown, otherwise: number): number | undefined {
  if (value === undefined) return otherwise;
  const ms = numberOf(value);
  if (ms === undefined || ms < 0) return undefined;
  // 0 is "no limit" in Java: the bound for the whole task counts then.
  return ms === 0 ? limits.httpMs : Math.min(Math.ceil(ms), limits.httpMs);
}

/** Texts as they are, forms as forms, all else as JSON. */
function encodeBody(value: unknown, contentType: string): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (contentType.toLowerCase().startsWith('application/x-www-form-urlencoded') && isMap(value))
    return Buffer.from(formOf(value), 'utf8');
  return Buffer.from(JSON.stringify(value), 'utf8');
}

function formOf(map: JsonObject): string {
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(map)) {
    for (const each of Array.isArray(value) ? (value as readonly unknown[]) : [value])
      if (each !== null && each !== undefined)
        form.append(key, textOf(each) ?? (each === '' ? '' : JSON.stringify(each)));
  }
  return form.toString();
}

function missing(reason: string): ReadRequest {
  return { ok: false, reason, isMissing: true };
}

function refused(reason: string): ReadRequest {
  return { ok: false, reason, isMissing: false };
}

/** Which bodies are read how. Conductor's clients send JSON everywhere, and text under any content type on some routes (contract 1.1.1). */
import type { FastifyRequest } from 'fastify';

import { readJson, readText } from '../json/read-json.js';

/** The type of the body is not one that the route takes. */
class UnsupportedMediaType extends Error {
  readonly statusCode = 415;
}

const jsonType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const textRoutes: ReadonlySet<string> = new Set([
  '/api/tasks/:taskId/log',
  '/api/secrets/:key',
  '/api/environment/:key',
]);

export function readBody(request: Pick<FastifyRequest, 'headers' | 'routeOptions'>, bytes: Buffer): unknown {
  if (textRoutes.has(request.routeOptions.url ?? '')) return readText(bytes);
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type'];
  if (type !== undefined && jsonType.test(type)) return readJson(bytes);
  throw new UnsupportedMediaType(
    `Content-Type ${type === undefined ? 'is missing' : `'${type.slice(0, 100)}' is not supported`}: send application/json`,
  );
}

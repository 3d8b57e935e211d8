/** Replies of the routes that stand directly on Fastify. */
import type { FastifyReply } from 'fastify';

import { positionHeader } from '../gateway.js';

export const jsonType = 'application/json; charset=utf-8';
export const textType = 'text/plain; charset=utf-8';

export function sendJson(reply: FastifyReply, text: string): void {
  void reply.header('content-type', jsonType).send(text);
}

export function sendText(reply: FastifyReply, text: string, position?: string): void {
  if (position !== undefined) void reply.header(positionHeader, position);
  void reply.header('content-type', textType).send(text);
}

export function sendNothing(reply: FastifyReply): void {
  void reply.code(204).send();
}

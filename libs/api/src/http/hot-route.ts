/** A route directly on Fastify: without Nest's layers around the handler, for those that are called most. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export type HotHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export function hotRoute(instance: FastifyInstance, method: 'GET' | 'POST', url: string, handler: HotHandler): void {
  instance.route({
    method,
    url,
    // A HEAD on a poll would take tasks and throw them away.
    exposeHeadRoute: false,
    handler: (request, reply) => {
      handler(request, reply).catch((error: unknown) => void reply.send(error));
    },
  });
}

export function parameter(request: FastifyRequest, name: string): string | undefined {
  return (request.params as Readonly<Record<string, string>>)[name];
}

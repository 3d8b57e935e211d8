/** Every error leaves the server as Conductor's body, wherever it arose. */
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Log } from '@dacapo/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { errorBody, type ErrorBody, errorBodyOf } from '../errors/error-body.js';
import type { Routes } from './routes.js';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly routes: Routes,
    private readonly log: Log | undefined,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    const found = errorBodyOf(error);
    const body = request.is404 && found.status === 404 ? this.unrouted(request, reply) : found;
    // What these settings do not offer is no failure.
    if (body.status >= 500 && body.status !== 501)
      this.log?.error({ error, url: request.routeOptions.url }, 'a request failed');
    void reply.code(body.status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  private unrouted({ method, url }: FastifyRequest, reply: FastifyReply): ErrorBody {
    const methods = this.routes.methodsOf(url, method);
    if (methods.length === 0) return errorBody(404, `No endpoint ${method} ${url.slice(0, 255)}`);
    void reply.header('allow', methods.join(', '));
    return errorBody(405, `Request method '${method}' is not supported`);
  }
}

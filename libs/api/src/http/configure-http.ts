/** What every door over HTTP has in common: who may ask, how bodies are read, how errors look. */
import type { Log } from '@dacapo/runtime';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { errorBodyOf } from '../errors/error-body.js';
import { limits } from '../limits.js';
import { readBody } from './body.js';
import { ErrorFilter } from './error-filter.js';
import { callerFault, callersOf } from './callers.js';
import { Routes } from './routes.js';

export interface HttpOptions {
  /** Host names under which the server may be addressed, besides localhost, 127.0.0.1 and [::1]. */
  readonly hosts?: readonly string[];
  /** Origins of web pages that may call, besides the server's own: `https://ui.example.com`. */
  readonly origins?: readonly string[];
  /** Default 10 MB. */
  readonly bodyLimitBytes?: number;
  readonly log?: Log;
  /** Called when a reply has been sent: the place for metrics. */
  readonly onResponse?: (response: HttpResponse) => void;
}

export interface HttpResponse {
  readonly method: string;
  /** The route's pattern; absent for an unknown path. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationMs: number;
}

/** The adapter that the routes of this library want: long names in paths, a trailing slash is ignored. */
export function createHttpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: limits.parameterCharacters },
    // While the server closes, what still comes is served or refused by us, in Conductor's form.
    return503OnClosing: false,
    // A path that cannot be decoded, or is too long, is answered before any hook runs.
    frameworkErrors: (error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
      const body = errorBodyOf(error);
      const status = body.status === 414 ? 400 : body.status;
      void reply
        .code(status)
        .type('application/json; charset=utf-8')
        .send(JSON.stringify({ ...body, status }));
    },
  });
}

/** To be called before `app.init()`. */
export function configureHttp(app: NestFastifyApplication, options: HttpOptions = {}): void {
  const instance = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const routes = new Routes();
  instance.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  refuseStrangers(instance, options);
  readBodies(app, instance, options.bodyLimitBytes ?? limits.bodyBytes);
  if (options.onResponse !== undefined) reportTo(instance, options.onResponse);
  app.useGlobalFilters(new ErrorFilter(routes, options.log));
}

function refuseStrangers(instance: FastifyInstance, options: HttpOptions): void {
  const callers = callersOf(options);
  instance.addHook('onRequest', (request, _reply, done) => done(callerFault(request.headers, callers)));
}

function readBodies(app: NestFastifyApplication, instance: FastifyInstance, bodyLimit: number): void {
  instance.removeContentTypeParser('text/plain');
  const read = (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void): void => {
    try {
      done(null, readBody(request, bytes));
    } catch (error) {
      done(error as Error);
    }
  };
  // One by one: Nest adds parsers of its own (forms, for example) for types that have none.
  for (const type of ['application/json', 'application/x-www-form-urlencoded', '*'])
    app.useBodyParser(type, { bodyLimit }, read as never);
}

function reportTo(instance: FastifyInstance, onResponse: (response: HttpResponse) => void): void {
  instance.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const { method, routeOptions } = request;
    onResponse({ method, route: routeOptions.url, status: reply.statusCode, durationMs: reply.elapsedTime });
    done();
  });
}

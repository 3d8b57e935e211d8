/**
 * Who may ask at all. Loopback is no border: a web page reaches it by DNS rebinding (a foreign Host) or by a form (a foreign Origin), so
 * both are refused on every method, with and without authentication.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface Callers {
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
}

class Forbidden extends Error {
  readonly statusCode = 403;
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

export function callersOf({
  hosts = [],
  origins = [],
}: {
  hosts?: readonly string[];
  origins?: readonly string[];
}): Callers {
  return {
    hosts: new Set([...loopback, ...hosts].map((host) => host.toLowerCase())),
    origins: new Set(origins.map((origin) => origin.toLowerCase())),
  };
}

/** What speaks against the request, if anything. */
export function callerFault({ host, origin }: IncomingHttpHeaders, callers: Callers): Error | undefined {
  const name = host === undefined ? '' : nameOf(host);
  if (!callers.hosts.has(name))
    return new Forbidden(`Host '${name.slice(0, 100)}' is not allowed: configure it if it is yours`);
  if (origin === undefined || isOwn(origin.toLowerCase(), host ?? '', callers)) return undefined;
  return new Forbidden(`Origin '${origin.slice(0, 100)}' is not allowed`);
}

function isOwn(origin: string, host: string, { origins }: Callers): boolean {
  const own = host.toLowerCase();
  return origin === `http://${own}` || origin === `https://${own}` || origins.has(origin);
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d{1,5}$/, '');
}

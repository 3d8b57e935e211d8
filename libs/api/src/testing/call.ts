/** One request to a test server, and what a test wants to see of the reply. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed body; undefined when it is no JSON. */
  readonly json: any; // eslint-disable-line typescript/no-explicit-any -- assertions look into it freely
}

export interface Call {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Caller = (method: string, url: string, call?: Call) => Promise<Reply>;

export function callerOf(app: NestFastifyApplication): Caller {
  return async (method, url, { body, raw, headers = {} } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = payload === undefined ? {} : { 'content-type': 'application/json' };
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: { ...type, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return {
      status: response.statusCode,
      text: response.body,
      headers: response.headers,
      json: parse(response.body),
    };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

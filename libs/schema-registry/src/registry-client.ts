/** The client of the registry, with what it lacks: a time-out, a compatibility that is set before the first version, and clear refusals. */
// Its named exports cannot be seen from an ES module, only the whole.
import confluent from '@kafkajs/confluent-schema-registry';

import { limits } from './limits.js';
import type { Subject } from './subjects.js';

/** An answer that will be the same tomorrow. */
export class Refusal extends Error {}

/** Two roles at once: not our schema is refused, but the rule of its subject has come into being this moment. */
export function isCollision(error: unknown): boolean {
  return statusOf(error) === 409 && /already exists/.test((error as Error).message);
}

export class RegistryClient {
  /** Without user and password, for messages. */
  readonly host: string;
  private readonly authorization: Readonly<Record<string, string>>;
  private readonly registry: InstanceType<typeof confluent.SchemaRegistry>;

  constructor(url: string) {
    const { username, password, origin, pathname } = new URL(url);
    const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
    const basic = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
    this.host = `${origin}${pathname.replace(/\/$/, '')}`;
    this.authorization = username === '' ? {} : { authorization: `Basic ${basic}` };
    this.registry = new confluent.SchemaRegistry(
      {
        host: this.host,
        ...(username === '' ? {} : { auth }),
        // All five: what is left out comes from defaults that all clients of the module share, and change. We try again ourselves.
        retry: { retries: 0, factor: 0, multiplier: 1, initialRetryTimeInSecs: 0, maxRetryTimeInSecs: 1 },
        middlewares: [
          () => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: limits.requestMs }) }),
        ],
      },
      { [confluent.SchemaType.JSON]: { ajvInstance: noValidator } },
    );
  }

  /** The id of the schema in its subject; registers it when it is new there. Throws a Refusal, or what a registry that is away makes of it. */
  async idOf(subject: Subject): Promise<number> {
    try {
      return (await this.registeredId(subject)) ?? (await this.register(subject));
    } catch (error) {
      throw isRefusal(error) ? refusalOf(subject, error) : error;
    }
  }

  /** Most starts find everything there: one request a type instead of three. */
  private async registeredId({ name, schema }: Subject): Promise<number | undefined> {
    try {
      return await this.registry.getRegistryIdBySchema(name, { type: confluent.SchemaType.JSON, schema });
    } catch (error) {
      // The client takes the status off a 404 ("no such subject, or no such schema in it").
      if (error instanceof Error && error.name === 'ConfluentSchemaRegistryError') return undefined;
      throw error;
    }
  }

  private async register({ name, schema }: Subject): Promise<number> {
    // First of all: a subject without a rule takes anything, and setting it with the first version races with the other roles.
    await this.setCompatibility(name);
    const { id } = await this.registry.register(
      { type: confluent.SchemaType.JSON, schema },
      { subject: name, compatibility: confluent.COMPATIBILITY.BACKWARD },
    );
    return id;
  }

  private async setCompatibility(subject: string): Promise<void> {
    const response = await fetch(`${this.host}/config/${encodeURIComponent(subject)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json', ...this.authorization },
      body: JSON.stringify({ compatibility: 'BACKWARD' }),
      signal: AbortSignal.timeout(limits.requestMs),
    });
    const text = await response.text();
    if (!response.ok) throw new AnswerError(response.status, text.slice(0, limits.answerCharacters));
  }
}

class AnswerError extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`it answered ${status}: ${text}`);
  }
}

/**
 * Our records are not validated one by one: the compiler checks their types, and tests check the types against the schemas. So the client's
 * validators, which take milliseconds each to compile, are never asked for anything.
 */
const noValidator = {
  addSchema: () => undefined,
  compile: () => () => true,
} as unknown as NonNullable<NonNullable<ClientOptions['JSON']>['ajvInstance']>;

type ClientOptions = Extract<
  NonNullable<ConstructorParameters<typeof confluent.SchemaRegistry>[1]>,
  { readonly JSON?: unknown }
>;

/** The client gives an answer that never came the status 400. */
function isRefusal(error: unknown): error is Error & { readonly status: number } {
  return !isCollision(error) && [401, 403, 404, 409, 422].includes(statusOf(error) ?? 0);
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error ? Number(error.status) : undefined;
}

function refusalOf({ name }: Subject, error: Error & { readonly status: number }): Refusal {
  const remedy =
    error.status === 409 || error.status === 422
      ? 'a newer release has registered there, or another program uses the subject: run the release that fits it, or delete the subject'
      : 'look at DACAPO_SCHEMA_REGISTRY_URL, its path, user and rights';
  const answer = error.message.slice(0, limits.answerCharacters);
  return new Refusal(`The schema registry refuses ${name} (${error.status}: ${answer}): ${remedy}`, { cause: error });
}

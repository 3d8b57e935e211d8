/**
 * Settings of all roles in one schema: flags win over the environment, the environment over the defaults. Unknown flags are refused, so that a
 * misspelt one does not go unnoticed.
 */
import { z } from 'zod';

import { environment, flags } from './environment.js';

const port = z.coerce.number().int().min(0).max(65_535);

const processes = z.coerce.number().int().min(1).max(32).default(1);

const schema = z.strictObject({
  port: port.default(8080),
  /** Accepted so that deployments may name it; gRPC is not served yet. */
  grpcPort: port.default(8090),
  host: z.string().min(1).default('127.0.0.1'),
  dataDir: z.string().min(1).default('.dacapo'),
  /** Embedded journal: 1; on Kafka 16, fixed when the topics are made. */
  partitions: z.coerce.number().int().min(1).max(1024).optional(),
  kafkaBrokers: z.string().default('127.0.0.1:9092'),
  kafkaTopicPrefix: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/)
    .default('dacapo.'),
  kafkaClient: z.literal('kafkajs').default('kafkajs'),
  /** Confluent's API, for example `http://127.0.0.1:8081`; a user and a password may stand in it. Without it values on Kafka are plain JSON. */
  schemaRegistryUrl: z.url({ protocol: /^https?$/ }).optional(),
  mongoUrl: z.string().default('mongodb://127.0.0.1:27017'),
  mongoDatabase: z.string().min(1).default('dacapo'),
  httpBodyBytesMax: z.coerce
    .number()
    .int()
    .min(1024)
    .default(10 * 1024 * 1024),
  /** Host names beside localhost under which the API may be called, separated by commas. */
  allowedHosts: z.string().default(''),
  /**
   * May HTTP tasks go to addresses of one's own machine and network? Conductor's may. Default: yes on a server that itself listens on the
   * loopback only, no on any other. Link-local addresses (metadata of clouds) are refused in both cases.
   */
  httpTaskPrivate: z.enum(['allow', 'deny']).optional(),
  /** Addresses and networks (`10.1.0.0/16`), separated by commas, to which HTTP tasks may go whatever else holds. */
  httpTaskAllowed: z.string().default(''),
  /** Kafka servers that KAFKA_PUBLISH may name, separated by commas. Empty: any. */
  kafkaTaskServers: z.string().default(''),
  /** Names of environment values that `${NAME}` may take, separated by commas. The process's own variables are never looked at. */
  environmentNames: z.string().default(''),
  /** 32 bytes in base64; all processes of an installation need the same. */
  secretsKey: z.string().min(1).optional(),
  /** `GET /api/secrets/{key}` tells values. */
  secretsReadable: z.stringbool().default(false),
  /** Task topics get secrets as values instead of as references. */
  kafkaTaskSecrets: z.stringbool().default(false),
  /**
   * Scripts and jq queries of workflow definitions. `off`: no threads for them; tasks that need one fail with a reason that says so. The
   * common scripts that the engine evaluates itself (`$.a > 5`) go on.
   */
  scripts: z.enum(['on', 'off']).default('on'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('warn'),
  demo: z.stringbool().default(false),
  /** `npm run distributed`: how many processes of each role. */
  gateways: processes,
  engines: processes,
  projectors: processes,
  dispatchers: processes,
  /** Tests only: `name:count` of a crash point. */
  crashAt: z.string().optional(),
});

export type Config = Readonly<z.infer<typeof schema>> & {
  readonly isPortGiven: boolean;
  readonly isKafkaGiven: boolean;
};

const sources: Readonly<Record<keyof z.infer<typeof schema>, readonly [variable: string, flag: string]>> = {
  port: ['DACAPO_HTTP_PORT', 'port'],
  grpcPort: ['DACAPO_GRPC_PORT', 'grpc-port'],
  host: ['DACAPO_HTTP_HOST', 'host'],
  dataDir: ['DACAPO_DATA_DIR', 'data'],
  partitions: ['DACAPO_PARTITIONS', 'partitions'],
  kafkaBrokers: ['DACAPO_KAFKA_BROKERS', 'kafka-brokers'],
  kafkaTopicPrefix: ['DACAPO_KAFKA_TOPIC_PREFIX', 'kafka-topic-prefix'],
  kafkaClient: ['DACAPO_KAFKA_CLIENT', 'kafka-client'],
  schemaRegistryUrl: ['DACAPO_SCHEMA_REGISTRY_URL', 'schema-registry-url'],
  mongoUrl: ['DACAPO_MONGO_URL', 'mongo-url'],
  mongoDatabase: ['DACAPO_MONGO_DATABASE', 'mongo-database'],
  httpBodyBytesMax: ['DACAPO_HTTP_BODY_BYTES_MAX', 'http-body-bytes-max'],
  allowedHosts: ['DACAPO_HTTP_ALLOWED_HOSTS', 'allowed-hosts'],
  httpTaskPrivate: ['DACAPO_HTTP_TASK_PRIVATE', 'http-task-private'],
  httpTaskAllowed: ['DACAPO_HTTP_TASK_ALLOWED', 'http-task-allowed'],
  kafkaTaskServers: ['DACAPO_KAFKA_TASK_SERVERS', 'kafka-task-servers'],
  environmentNames: ['DACAPO_ENVIRONMENT_NAMES', 'environment-names'],
  secretsKey: ['DACAPO_SECRETS_KEY', 'secrets-key'],
  secretsReadable: ['DACAPO_SECRETS_READABLE', 'secrets-readable'],
  kafkaTaskSecrets: ['DACAPO_KAFKA_TASK_SECRETS', 'kafka-task-secrets'],
  scripts: ['DACAPO_SCRIPTS', 'scripts'],
  logLevel: ['DACAPO_LOG_LEVEL', 'log-level'],
  demo: ['DACAPO_DEMO', 'demo'],
  gateways: ['DACAPO_GATEWAYS', 'gateways'],
  engines: ['DACAPO_ENGINES', 'engines'],
  projectors: ['DACAPO_PROJECTORS', 'projectors'],
  dispatchers: ['DACAPO_DISPATCHERS', 'dispatchers'],
  crashAt: ['DACAPO_CRASH_AT', 'crash-at'],
};

/** What other programs call a setting; ours wins. */
const otherVariables: Readonly<Record<string, string>> = { schemaRegistryUrl: 'SCHEMA_REGISTRY_URL' };

/** Reads the settings once. Throws an error whose message names every setting that is wrong. */
export function readConfig(
  given: Readonly<Record<string, string>> = flags(),
  env: Readonly<Record<string, string | undefined>> = environment,
): Config {
  const known = new Set(Object.values(sources).map(([, flag]) => flag));
  const unknown = Object.keys(given).filter((flag) => !known.has(flag));
  if (unknown.length > 0)
    throw new Error(
      `Unknown option ${unknown.map((flag) => `--${flag}`).join(', ')}. Known: ${[...known].map((flag) => `--${flag}`).join(' ')}`,
    );
  const values: Record<string, string> = {};
  for (const [name, [variable, flag]] of Object.entries(sources)) {
    const value = given[flag] ?? env[variable] ?? env[otherVariables[name] ?? ''];
    if (value !== undefined && value !== '') values[name] = value;
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw new Error(`Settings are wrong:\n${z.prettifyError(parsed.error)}`);
  return Object.freeze({
    ...parsed.data,
    isPortGiven: values['port'] !== undefined,
    isKafkaGiven: values['kafkaBrokers'] !== undefined,
  });
}

/** Where the brokers and the database are: the environment, or what `npm run servers -- start` wrote down. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';

import { type Config, flags, readConfig } from '@dacapo/platform';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

export function withServers(config: Config): Config {
  const given = flags();
  // `Config` has defaults and does not tell them from what was set, hence this look at what was given.
  if (env['DACAPO_KAFKA_BROKERS'] !== undefined || given['kafka-brokers'] !== undefined) return config;
  const servers = readServers(join(env['DACAPO_SERVERS_DIR'] ?? join(root, '.servers'), 'env'));
  return readConfig(given, { ...servers, ...env });
}

/** `export NAME=value` lines. */
function readServers(path: string): Readonly<Record<string, string>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(
      `No Kafka and no MongoDB: set DACAPO_KAFKA_BROKERS and DACAPO_MONGO_URL, or start some for tests with "npm run servers -- start" (${path} is not there)`,
      { cause },
    );
  }
  return Object.fromEntries(
    [...text.matchAll(/^export ([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

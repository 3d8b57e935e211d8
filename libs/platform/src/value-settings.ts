/** Environment values and secrets that the process was started with, under the names that Conductor gives them (contract 11.2). */
import type { SecretCipher } from '@dacapo/ports';

import type { Config } from './config.js';
import { environment } from './environment.js';
import { keyFromFile, keyFromText, secretCipher } from './secret-cipher.js';

const environmentPrefix = 'CONDUCTOR_ENV_';
const secretPrefix = 'CONDUCTOR_SECRET_';

type Variables = Readonly<Record<string, string | undefined>>;

export interface ValueSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentNames: readonly string[];
  readonly secrets: { readonly base: Readonly<Record<string, string>>; readonly cipher?: SecretCipher };
}

/** `keyDirectory`: where a key is kept that nobody has given (embedded); without one secrets cannot be written then. */
export function valueSettings(
  config: Config,
  keyDirectory?: string,
  variables: Variables = environment,
): ValueSettings {
  const key =
    config.secretsKey !== undefined
      ? keyFromText(config.secretsKey)
      : keyDirectory === undefined
        ? undefined
        : keyFromFile(keyDirectory);
  return {
    environment: valuesUnder(environmentPrefix, variables),
    environmentNames: config.environmentNames.split(',').filter((name) => name !== ''),
    secrets: {
      base: valuesUnder(secretPrefix, variables),
      ...(key === undefined ? {} : { cipher: secretCipher(key) }),
    },
  };
}

function valuesUnder(prefix: string, variables: Variables): Readonly<Record<string, string>> {
  const found = Object.entries(variables).flatMap(([name, value]) =>
    name.startsWith(prefix) && name.length > prefix.length && value !== undefined
      ? [[name.slice(prefix.length), value] as const]
      : [],
  );
  return Object.fromEntries(found);
}

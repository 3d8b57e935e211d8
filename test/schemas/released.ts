/**
 * The schemas as a release had them: `schemas/released/<version>.json`, one file a release, kept for ever. `DACAPO_RELEASE_SCHEMAS=1` writes the
 * file of the version in package.json: part of making a release, and never done again for one that is out.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { JsonSchema } from '@dacapo/contracts';

const folder = join(import.meta.dirname, '../../schemas');
const released = join(folder, 'released');

/** By their paths below schemas/: `events/TaskStarted.json`. */
export type Schemas = Readonly<Record<string, JsonSchema>>;

export function currentSchemas(): Schemas {
  const own = ['commands', 'events'].flatMap((kind) =>
    readdirSync(join(folder, kind)).map((name) => `${kind}/${name}`),
  );
  return Object.fromEntries([...own, 'task.json', 'dead-letter.json'].map((name) => [name, read(folder, name)]));
}

export function releasedSchemas(): ReadonlyMap<string, Schemas> {
  const names = readdirSync(released).filter((name) => name.endsWith('.json'));
  return new Map(names.map((name) => [name.slice(0, -'.json'.length), read(released, name) as Schemas]));
}

export function writeRelease(): void {
  const { version } = read(join(folder, '..'), 'package.json') as { readonly version: string };
  const lines = Object.entries(currentSchemas()).map(
    ([name, schema]) => `  ${JSON.stringify(name)}: ${JSON.stringify(schema)}`,
  );
  mkdirSync(released, { recursive: true });
  writeFileSync(join(released, `${version}.json`), `{\n${lines.join(',\n')}\n}\n`);
}

function read(path: string, name: string): JsonSchema {
  return JSON.parse(readFileSync(join(path, name), 'utf8')) as JsonSchema;
}

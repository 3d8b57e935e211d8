/** The committed schemas are the generated ones. `DACAPO_UPDATE_SCHEMAS=1` writes them anew. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generatedFiles, type Kind, schemaOf, types } from './generate.js';

const folder = join(import.meta.dirname, '../../schemas');
const kinds: readonly Kind[] = ['commands', 'events'];

function committedFiles(): ReadonlyMap<string, string> {
  const names = kinds.flatMap((kind) => readdirSync(join(folder, kind)).map((name) => `${kind}/${name}`));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function rewrite(files: ReadonlyMap<string, string>): void {
  for (const kind of kinds) {
    rmSync(join(folder, kind), { recursive: true, force: true });
    mkdirSync(join(folder, kind), { recursive: true });
  }
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}

describe('the published schemas of commands and events', () => {
  it('are what the shapes say today (DACAPO_UPDATE_SCHEMAS=1 rewrites them)', async () => {
    const generated = await generatedFiles();
    if (process.env['DACAPO_UPDATE_SCHEMAS'] === '1') rewrite(generated);
    const committed = committedFiles();
    expect([...committed.keys()].toSorted()).toEqual([...generated.keys()].toSorted());
    for (const [name, text] of generated) expect([name, committed.get(name)]).toEqual([name, text]);
  });

  it.each(kinds)('of %s each have a $schema, an $id of their own and a closed record', (kind) => {
    const schemas = types[kind].map((type) => schemaOf(kind, type));
    expect(new Set(schemas.map((schema) => schema['$id'])).size).toBe(types[kind].length);
    for (const schema of schemas) {
      expect(schema).toMatchObject({
        $schema: 'http://json-schema.org/draft-07/schema#',
        additionalProperties: false,
        properties: { data: { additionalProperties: false } },
      });
    }
  });
});

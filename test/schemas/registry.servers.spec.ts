/** Our schemas on a real schema registry: what a release had and what there is today, and whether backward.ts refuses what the registry refuses. */
import { randomUUID } from 'node:crypto';
import { env } from 'node:process';

import { schemaSubject } from '@dacapo/contracts';
import { openFraming, type Subject, subjects } from '@dacapo/schema-registry';
import confluent from '@kafkajs/confluent-schema-registry';

import { compatibleChanges, incompatibleChanges, oldSchema } from './planted-changes.js';
import { releasedSchemas, type Schemas } from './released.js';

const url = env['DACAPO_TEST_REGISTRY_URL'];
const silent = { info: () => undefined, warn: () => undefined };
const newPrefix = (): string => `t-${randomUUID().slice(0, 8)}.`;
const open = (wanted: readonly Subject[]) => openFraming({ url, subjects: wanted, log: silent });

const all = (prefix: string): readonly Subject[] =>
  [subjects.commands, subjects.events, subjects.tasks, subjects.deadLetters].flatMap((of) => of(prefix));

/** The subjects of today with the schemas of a release, as far as it had them. */
function released(prefix: string, schemas: Schemas): readonly Subject[] {
  const names: Readonly<Record<string, string>> = {
    [schemaSubject(`${prefix}tasks`, 'Task')]: 'task.json',
    [schemaSubject(`${prefix}dead-letters`, 'DeadLetter')]: 'dead-letter.json',
  };
  return all(prefix).flatMap(({ name }) => {
    const file = names[name] ?? `${name.slice(prefix.length).replace('-', '/')}.json`;
    return schemas[file] === undefined ? [] : [{ name, schema: JSON.stringify(schemas[file]) }];
  });
}

const suite = url === undefined ? describe.skip : describe;

// Without it: DACAPO_TEST_REGISTRY_URL is not set (npm run servers -- start)
suite('a schema registry', () => {
  it.each([...releasedSchemas()])(
    'takes the schemas of %s, and those of today after them',
    async (_, schemas) => {
      const prefix = newPrefix();
      const before = released(prefix, schemas);
      expect(before.length).toBe(Object.keys(schemas).length);
      await open(before);
      await open(all(prefix));
      const answer = await fetch(`${url}/config/${prefix}events-TaskStarted`);
      expect(await answer.json()).toEqual({ compatibilityLevel: 'BACKWARD' });
    },
    60_000,
  );

  it('takes the same schemas from several roles at once', async () => {
    const wanted = all(newPrefix()).slice(0, 20);
    await Promise.all(Array.from({ length: 4 }, () => open(wanted)));
  }, 60_000);

  it('gives other programs the schema of a framed value', async () => {
    const prefix = newPrefix();
    const framing = await open(subjects.deadLetters(prefix));
    const letter = {
      code: 'REQUEST_INVALID',
      reason: 'no – ö',
      time: 1,
      source: { topic: 't', partition: 0, offset: '7', key: null },
      payload: null,
      encoding: 'none',
    };
    const value = framing?.frame(schemaSubject(`${prefix}dead-letters`, 'DeadLetter'), JSON.stringify(letter));
    const other = new confluent.SchemaRegistry({ host: url ?? '' });
    expect(await other.decode(value ?? Buffer.alloc(0))).toEqual(letter);
    expect(() => framing?.frame(`${prefix}events-TaskStarted`, '{}')).toThrow(/not registered/);
  }, 60_000);

  const change = async (schema: object): Promise<unknown> => {
    const name = `${newPrefix()}events-Planted`;
    await open([{ name, schema: JSON.stringify(oldSchema) }]);
    return open([{ name, schema: JSON.stringify(schema) }]);
  };

  it.each(Object.entries(compatibleChanges))('takes: %s', async (_, schema) => {
    expect(await change(schema)).toBeDefined();
  });

  it.each(Object.entries(incompatibleChanges))('refuses, in one line with the remedy: %s', async (_, schema) => {
    await expect(change(schema)).rejects.toThrow(
      /^The schema registry refuses t-\w+\.events-Planted \(409: .*\): a newer release has registered there/,
    );
  });
});

/** schemas/asyncapi.json: a valid document, which names every event, and schemas that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { type Schema, Validator } from '@cfworker/json-schema';
import { taskText } from '@dacapo/api';
import { DeadLetters } from '@dacapo/kafka-edge';

import { aTask } from '@dacapo/ports-testing';

const folder = join(import.meta.dirname, '../../schemas');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const validatorOf = (name: string): Validator => new Validator(JSON.parse(read(name)) as Schema, '7');

describe('schemas/asyncapi.json', () => {
  const document = JSON.parse(read('asyncapi.json')) as { info: { version: string } };
  const specification = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as Schema;

  it('is valid AsyncAPI 3.0', () => {
    const { valid, errors } = new Validator(specification, '7').validate(document);
    expect(errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)).toEqual([]);
    expect(valid).toBe(true);
    expect(new Validator(specification, '7').validate({ ...document, channels: 1 }).valid).toBe(false);
  });

  it('refers to schemas that are there, and to every event', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"\.\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(references.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
    expect(references).toEqual(
      expect.arrayContaining(readdirSync(join(folder, 'events')).map((name) => `events/${name}`)),
    );
  });
});

describe('the records of task topics and of dead-letters', () => {
  it('fit schemas/task.json', () => {
    const definitions = { content: () => undefined, taskDef: () => undefined };
    const text = taskText(aTask('t', 'w', { queue: 'a', status: 'SCHEDULED' }), definitions as never);
    const validator = validatorOf('task.json');
    expect(validator.validate(JSON.parse(text)).errors).toEqual([]);
    const taskDef = { name: 'a', retryCount: 1 };
    const full = taskText(
      aTask('t', 'w', {
        ...{ queue: 'a', status: 'SCHEDULED', domain: 'd', correlationId: 'c', reason: 'r', workerId: 'me' },
        ...{ retriedTaskId: 'u', subWorkflowId: 's', iteration: 1 },
      }),
      { content: () => undefined, taskDef: () => taskDef } as never,
      { runtimeMetadata: { key: 'value' } },
    );
    expect(full).toContain('"taskDefinition"');
    expect(validator.validate(JSON.parse(full)).errors).toEqual([]);
    expect(validator.validate({ ...(JSON.parse(text) as object), taskId: '' }).valid).toBe(false);
  });

  it('fit schemas/dead-letter.json', async () => {
    const values: string[] = [];
    const publisher = {
      publish: (records: readonly { value: string }[]) =>
        Promise.resolve(void values.push(...records.map(({ value }) => value))),
    };
    const source = { topic: 'dacapo.inbox', partition: 1, offset: '7' };
    const letters = new DeadLetters('dead-letters', publisher as never, { now: () => 5 });
    const framed = Buffer.from('\0\0\0\x01\x02{"id":"x"}', 'latin1');
    for (const payload of ['{"id":"x"}', Buffer.from([0xff, 0]), null, Buffer.alloc(600_000, 'x'), framed])
      await letters.write([{ code: 'REQUEST_INVALID', reason: 'no', source, id: 'x', payload }]);
    const validator = validatorOf('dead-letter.json');
    await letters.write([
      { code: 'REQUEST_INVALID', reason: 'no', source: { ...source, partition: -1, offset: '-1' } },
    ]);
    expect(values.flatMap((value) => validator.validate(JSON.parse(value)).errors)).toEqual([]);
    expect(values).toHaveLength(6);
    expect(JSON.parse(values[4] ?? '')).toMatchObject({ payload: '{"id":"x"}', encoding: 'text', schemaId: 258 });
    expect(validator.validate({}).valid).toBe(false);
  });
});

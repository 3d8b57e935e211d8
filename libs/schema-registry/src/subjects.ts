/** The subjects of an installation and their schemas, from the folder `schemas` that belongs to it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { schemaSubject } from '@dacapo/contracts';

export interface Subject {
  readonly name: string;
  /** Text of a JSON Schema, draft-07. */
  readonly schema: string;
}

/** What is written on the topics behind the prefix (which includes its dot), one subject for each type of record. */
export const subjects = {
  commands: (prefix: string): readonly Subject[] => subjectsIn('commands', `${prefix}commands`),
  events: (prefix: string): readonly Subject[] => subjectsIn('events', `${prefix}events`),
  /** One for the topics of all task types: they hold the same. */
  tasks: (prefix: string): readonly Subject[] => [subjectOf('task.json', `${prefix}tasks`, 'Task')],
  deadLetters: (prefix: string): readonly Subject[] => [
    subjectOf('dead-letter.json', `${prefix}dead-letters`, 'DeadLetter'),
  ],
} as const;

function subjectsIn(folder: string, topic: string): readonly Subject[] {
  const names = readdirSync(join(schemasFolder(), folder)).filter((name) => name.endsWith('.json'));
  return names.map((name) => subjectOf(`${folder}/${name}`, topic, name.slice(0, -'.json'.length)));
}

function subjectOf(file: string, topic: string, type: string): Subject {
  const text = readFileSync(join(schemasFolder(), file), 'utf8');
  // Without its line breaks: some registries take a schema that was formatted anew for a new version.
  return { name: schemaSubject(topic, type), schema: JSON.stringify(JSON.parse(text)) };
}

/** The sources and what is built of them lie at different depths below it. */
function schemasFolder(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'schemas', 'events'))) return join(folder, 'schemas');
  }
  throw new Error(
    'The folder `schemas` is missing: a schema registry needs it. Put it beside `dist`, or unset DACAPO_SCHEMA_REGISTRY_URL',
  );
}

/**
 * The copy of a task that is handed to whoever does it, the only place where secrets become values: used for polls, for topics and for
 * the tasks that the server does itself. What is stored, shown and decided on keeps `${workflow.secrets.NAME}`.
 */
import type { TaskDocument } from '@dacapo/contracts';
import { secretNamesIn, withSecrets } from '@dacapo/expressions';
import type { EnvironmentStore, SecretStore } from '@dacapo/ports';

/** What a definition lets its tasks have. */
export interface HandOutRights {
  /** Secrets that the definition's own templates name: what comes in as data gets nobody's secrets. */
  readonly secrets: ReadonlySet<string>;
  /** An expression in the definition decides which secret it is. */
  readonly anySecret: boolean;
  /** Names that the task's definition wants delivered beside the input. */
  readonly runtimeMetadata: readonly string[];
}

export interface HandOutSources {
  rightsOf(task: TaskDocument): HandOutRights;
  readonly secrets: Pick<SecretStore, 'get'>;
  readonly environment: Pick<EnvironmentStore, 'get'>;
}

export interface HandedOut {
  readonly task: TaskDocument;
  /** Values by name; absent when the definition wants none. */
  readonly runtimeMetadata?: Readonly<Record<string, string>>;
}

/** Whether the copy differs from the document at all; most tasks are handed out as they are. */
export function needsHandOut(task: TaskDocument, sources: HandOutSources): boolean {
  const { secrets, anySecret, runtimeMetadata } = sources.rightsOf(task);
  return anySecret || secrets.size > 0 || runtimeMetadata.length > 0;
}

/** Rejects when a secret is there and cannot be read: a worker that gets null instead would do the wrong thing. */
export async function handOut(task: TaskDocument, sources: HandOutSources): Promise<HandedOut> {
  const { secrets: named, anySecret, runtimeMetadata: wanted } = sources.rightsOf(task);
  const mayUse = (name: string): boolean => anySecret || named.has(name);
  const names = anySecret || named.size > 0 ? [...secretNamesIn(task.input)].filter(mayUse) : [];
  const values = new Map<string, string>();
  for (const name of new Set([...names, ...wanted])) {
    const value = await sources.secrets.get(name);
    if (value !== undefined) values.set(name, value);
  }
  const input = names.length === 0 ? task.input : withSecrets(task.input, (name) => values.get(name), mayUse);
  const handed = { ...task, input: input as TaskDocument['input'] };
  if (wanted.length === 0) return { task: handed };
  const metadata = wanted.flatMap((name) => {
    const value = values.get(name) ?? sources.environment.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { task: handed, runtimeMetadata: Object.fromEntries(metadata) };
}

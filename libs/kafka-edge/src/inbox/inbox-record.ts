/** The records that outside programs publish to `inbox` (design §11): from bytes to a value with a type, or a refusal that says why. */
import { readJson } from '@dacapo/api';
import { DaCapoError, type JsonObject, unframed } from '@dacapo/contracts';
import { z } from 'zod';

import { limits } from '../limits.js';

const id = z.string().min(1).max(limits.idCharacters);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Handed on as it is: whoever reads it next has its own rules. */
const object = z.custom<JsonObject>(isObject, 'must be an object');

const schema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('StartWorkflow'), id, request: object }),
  z.object({
    type: z.literal('StartTask'),
    id,
    workflowInstanceId: id,
    taskId: id,
    workerId: z.string().max(limits.nameCharacters).default(''),
  }),
  z.object({ type: z.literal('UpdateTask'), id, result: object }),
  z.object({
    type: z.literal('SignalWorkflow'),
    id,
    workflowId: id,
    status: z.enum(['COMPLETED', 'FAILED', 'FAILED_WITH_TERMINAL_ERROR']),
    output: object.default({}),
  }),
]);

export type InboxRecord = Readonly<z.infer<typeof schema>>;

/** Plain JSON, or JSON in the frame of a schema registry. Throws DaCapoError (REQUEST_INVALID) for everything that is no record of ours. Unknown properties are ignored. */
export function parseInboxRecord(value: Buffer | null): InboxRecord {
  if (value === null) throw refusal('The record has no value (a tombstone)');
  if (value.length === 0) throw refusal('The record is empty');
  const parsed = schema.safeParse(readJson(unframed(value)));
  if (parsed.success) return parsed.data;
  throw refusal(`The record is none that the inbox knows: ${parsed.error.issues.map(issueText).join('; ')}`);
}

/** For a dead letter about a record that is JSON, but not one of ours. */
export function idOf(value: Buffer | null): string | undefined {
  try {
    const record: unknown = value === null ? undefined : readJson(unframed(value));
    const found: unknown = typeof record === 'object' && record !== null && 'id' in record ? record.id : undefined;
    return typeof found === 'string' ? found.slice(0, limits.idCharacters) : undefined;
  } catch {
    // It is not even JSON, which the dead letter says already.
    return undefined;
  }
}

function issueText({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

function refusal(message: string): DaCapoError {
  return new DaCapoError('REQUEST_INVALID', message);
}

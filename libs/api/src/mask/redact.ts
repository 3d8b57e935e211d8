/**
 * A worker that sends back the secret it was handed must not get it into the log (security E1): its value is replaced before anything
 * becomes a command.
 */
import type { SecretStore } from '@dacapo/ports';

import type { TaskResult } from '../task/task-result.js';
import { maskText } from './mask.js';

type Secrets = Pick<SecretStore, 'values'>;

/** Costs nothing while there are no secrets. */
export function redacted<T>(value: T, secrets: Secrets): T {
  const values = secrets.values();
  return values.length === 0 ? value : (replaced(value, formsOf(values)) as T);
}

export function redactedResult(result: TaskResult, secrets: Secrets): TaskResult {
  if (secrets.values().length === 0) return result;
  const { output, logs, reasonForIncompletion } = result;
  return {
    ...result,
    output: redacted(output, secrets),
    logs: redacted(logs, secrets),
    ...(reasonForIncompletion === undefined ? {} : { reasonForIncompletion: redacted(reasonForIncompletion, secrets) }),
  };
}

/** Of the list that a store gives out until a secret changes: results come far more often. */
const knownForms = new WeakMap<readonly string[], readonly string[]>();

/** As it is, and as it stands within JSON text and in URLs; the longest first, so that none is cut by another. */
function formsOf(values: readonly string[]): readonly string[] {
  const known = knownForms.get(values);
  if (known !== undefined) return known;
  const all = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), urlForm(value)]);
  const forms = [...new Set(all)].toSorted((a, b) => b.length - a.length);
  knownForms.set(values, forms);
  return forms;
}

function urlForm(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

function replaced(value: unknown, forms: readonly string[]): unknown {
  if (typeof value === 'string') return textWithout(value, forms);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => replaced(each, forms));
  // fromEntries defines properties where an assignment would run the setter of `__proto__`.
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [textWithout(key, forms), replaced(each, forms)]),
  );
}

function textWithout(text: string, forms: readonly string[]): string {
  let out = text;
  for (const form of forms) if (out.includes(form)) out = out.replaceAll(form, maskText);
  return out;
}

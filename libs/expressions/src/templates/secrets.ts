/**
 * `${workflow.secrets.NAME}` stands as text in everything that is stored. Here it becomes the secret, in the copy that somebody is handed
 * and nowhere else.
 */
import { newBudget } from '../budget.js';
import { boundedJavaText } from '../java-text.js';
import { VALUE_DEPTH_MAX } from '../limits.js';
import { compilePath } from '../paths/compile-path.js';
import { evaluatePath } from '../paths/evaluate-path.js';

/** No part of it can match in two ways: linear, whatever the text. What follows the name is a path into JSON. */
const reference = /(\$?)\$\{\s*workflow\.secrets\.([\w-]+)(\s*|[.[][^{}]*)\}/g;
const mark = 'workflow.secrets.';

/** Names of the secrets that a stored value refers to. */
export function secretNamesIn(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  collect(value, names, 0);
  return names;
}

function collect(value: unknown, names: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    if (!value.includes(mark)) return;
    for (const [, escape, name = ''] of value.matchAll(reference)) if (escape === '') names.add(name);
  } else if (typeof value === 'object' && value !== null && depth < VALUE_DEPTH_MAX) {
    for (const each of Object.values(value)) collect(each, names, depth + 1);
  }
}

/**
 * A copy of the value with its references replaced; parts without one are shared. A text that is nothing but a reference becomes the value,
 * null when it is missing; within a text what is missing is empty. `secretOf` is asked for names that `mayUse` allows; others stay as text.
 */
export function withSecrets(
  value: unknown,
  secretOf: (name: string) => string | undefined,
  mayUse: (name: string) => boolean,
): unknown {
  return replaced(value, { secretOf, mayUse }, 0);
}

interface Secrets {
  readonly secretOf: (name: string) => string | undefined;
  readonly mayUse: (name: string) => boolean;
}

function replaced(value: unknown, secrets: Secrets, depth: number): unknown {
  if (typeof value === 'string') return value.includes(mark) ? textWith(value, secrets) : value;
  if (typeof value !== 'object' || value === null || depth >= VALUE_DEPTH_MAX) return value;
  if (Array.isArray(value)) {
    const items = value.map((each) => replaced(each, secrets, depth + 1));
    return items.every((each, index) => each === value[index]) ? value : items;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, each, replaced(each, secrets, depth + 1)] as const);
  // fromEntries defines properties where an assignment would run the setter of `__proto__`.
  return entries.every(([, was, is]) => was === is)
    ? value
    : Object.fromEntries(entries.map(([key, , is]) => [key, is]));
}

function textWith(text: string, { secretOf, mayUse }: Secrets): unknown {
  const [first] = text.matchAll(reference);
  if (first === undefined) return text;
  const [whole, escape, name = '', path = ''] = first;
  if (whole === text && escape === '' && mayUse(name)) return partOf(name, path, secretOf) ?? null;
  return text.replace(reference, (found: string, dollar: string, each: string, rest: string) => {
    if (dollar !== '' || !mayUse(each)) return found;
    const part = partOf(each, rest, secretOf);
    return part === undefined || part === null ? '' : boundedJavaText(part, newBudget());
  });
}

/** The same as for a value of the environment: the secret is text, and what follows its name looks into the JSON in it. */
function partOf(name: string, path: string, secretOf: Secrets['secretOf']): unknown {
  const text = secretOf(name);
  if (text === undefined || path.trim() === '') return text;
  const compiled = compilePath(`workflow.env.${name}${path}`);
  if (compiled === undefined) return undefined;
  return evaluatePath(compiled, { scope: { root: () => ({ env: { [name]: text } }) }, budget: newBudget() });
}

/** Conductor's check of the `${...}` expressions in the inputParameters of top-level tasks; nested tasks are exempt. */
import { isValidPath, rootsOf } from '@dacapo/expressions';
import { isJsonMap } from './json-value.js';
import { refuseField } from './reader.js';
import type { References } from './reference-rules.js';
import type { TaskEntry } from './scope.js';

type Known = Pick<References, 'has'>;

export function checkExpressions(
  entries: readonly TaskEntry[],
  references: References,
  environmentNames?: ReadonlySet<string>,
): void {
  const known = { has: (name: string) => references.has(name) || environmentNames?.has(name) === true };
  for (const entry of entries) {
    if (entry.siblings.owner === undefined) checkInput(entry, known);
  }
}

function checkInput(entry: TaskEntry, references: Known): void {
  for (const [key, value] of Object.entries(entry.inputParameters)) {
    if (value === null) refuseField(entry.source, 'inputParameters', `key: ${key} input parameter value: is null`);
    for (const found of textsIn(key, value)) {
      for (const message of textFaults(found, entry, references)) refuseField(entry.source, 'inputParameters', message);
    }
  }
}

interface KeyedText {
  /** The nearest map key around the text: the one that Conductor's message names. */
  readonly key: string;
  readonly text: string;
}

/** Depth is bounded, because the value was checked when it was read. */
function* textsIn(key: string, value: unknown): Generator<KeyedText> {
  if (typeof value === 'string') {
    yield { key, text: value };
  } else if (Array.isArray(value)) {
    for (const item of value) yield* textsIn(key, item);
  } else if (isJsonMap(value)) {
    for (const [childKey, child] of Object.entries(value)) yield* textsIn(childKey, child);
  }
}

function textFaults({ key, text }: KeyedText, entry: TaskEntry, references: Known): string[] {
  const faults: string[] = [];
  if (!text.includes('${')) return faults;
  // Names from the environment are not among them.
  for (const { path, root } of rootsOf(text)) {
    if (!isValidPath(path)) {
      faults.push(`key: ${key} input parameter value: ${path} is not valid`);
    } else if (root !== 'workflow' && !isKnown(root, references) && !isOpen(root, path)) {
      faults.push(undefinedRoot(root, { task: entry.name, key, text }));
    }
  }
  return faults;
}

/** A task, or one turn of a task in a loop, `ref__2`: Conductor does not know these here. */
function isKnown(root: string, references: Known): boolean {
  let reference = root;
  while (!references.has(reference)) {
    const cut = reference.lastIndexOf('__');
    if (cut <= 0 || !isTurn(reference.slice(cut + 2))) return false;
    reference = reference.slice(0, cut);
  }
  return true;
}

function isTurn(text: string): boolean {
  return /^[1-9][0-9]{0,8}$/.test(text);
}

/** Whether an expression nested in the path decides at run time which task it names. */
function isOpen(root: string, path: string): boolean {
  return root === '' && path.includes('${');
}

/** Conductor puts the key where its text says value, and the whole text where it says parameter; clients match on it. */
function undefinedRoot(root: string, { task, key, text }: { task: string } & KeyedText): string {
  return `taskReferenceName: ${root} for given task: ${task} input value: ${key} of input parameter: ${text} is not defined in workflow definition.`;
}

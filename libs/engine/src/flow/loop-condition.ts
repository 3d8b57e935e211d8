/**
 * The condition of a DO_WHILE, and how much it looks at (contract 6.8). A script that is for the sandbox stands in an event with all that it
 * sees, at every turn: so it sees what it names, and the whole only when the text leaves open what that is.
 */
import type { JsonObject } from '@dacapo/contracts';
import type { WorkflowTask } from '@dacapo/definitions';
import { compileTemplate, type Template } from '@dacapo/expressions';

export interface LoopCondition {
  readonly source: string;
  /** `inputParameters`, resolved anew for every look. The list of items is not among them: it is resolved once. */
  readonly input: Template;
  /** Inner tasks that it may look at, by their references in the definition. */
  readonly reads: readonly string[];
  /** It may look at what the turns have left, not only at the counter and the item. */
  readonly readsTurns: boolean;
  /** It uses `$` as a whole: what it looks at cannot be told from the text. */
  readonly readsAll: boolean;
}

/** Undefined when there is none: the loop then counts its items, or takes one turn. */
export function compileCondition(task: WorkflowTask, inner: readonly string[]): LoopCondition | undefined {
  const source = task.loopCondition;
  if (source === undefined || source.trim() === '') return undefined;
  const { _items, ...parameters } = task.inputParameters;
  const readsAll = usesWhole(source);
  return {
    source,
    input: compileTemplate(parameters),
    reads: readsAll ? inner : inner.filter((reference) => source.includes(reference)),
    readsTurns: readsAll || usesTurns(source, task.taskReferenceName),
    readsAll,
  };
}

/** The part of `$` that the sandbox is given. */
export function seenBy({ source, readsAll }: LoopCondition, input: JsonObject): JsonObject {
  return readsAll ? input : Object.fromEntries(Object.entries(input).filter(([key]) => source.includes(key)));
}

/** Whether `$` stands anywhere without a literal member behind it. An escape could spell any name. */
function usesWhole(source: string): boolean {
  if (source.includes('\\')) return true;
  for (const at of wordsIn(source, '$')) if (!hasLiteralMember(source, skipSpace(source, at + 1))) return true;
  return false;
}

function hasLiteralMember(source: string, at: number): boolean {
  if (source.startsWith('...', at)) return false;
  if (source[at] === '.' || (source.startsWith('?.', at) && source[at + 2] !== '[')) return true;
  if (source[at] !== '[') return false;
  const open = skipSpace(source, at + 1);
  const quote = source[open];
  if (quote !== "'" && quote !== '"') return false;
  const close = source.indexOf(quote, open + 1);
  return close >= 0 && source[skipSpace(source, close + 1)] === ']';
}

const ownMembers = ['iteration', 'loopIndex', 'loopItem'];

function usesTurns(source: string, reference: string): boolean {
  for (const at of wordsIn(source, reference)) {
    let behind = at + reference.length;
    if (source.startsWith("']", behind) || source.startsWith('"]', behind)) behind += 2;
    if (!ownMembers.some((member) => isMember(source, behind, member))) return true;
  }
  return false;
}

function isMember(source: string, at: number, name: string): boolean {
  if (source.startsWith(`['${name}']`, at) || source.startsWith(`["${name}"]`, at)) return true;
  return source.startsWith(`.${name}`, at) && !isWordCharacter(source[at + 1 + name.length]);
}

/** Where the name stands, unless as a part of a longer one. */
function* wordsIn(source: string, name: string): Generator<number> {
  for (let at = source.indexOf(name); at >= 0; at = source.indexOf(name, at + 1)) {
    if (!isWordCharacter(source[at - 1]) && !isWordCharacter(source[at + name.length])) yield at;
  }
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\w$]/.test(character);
}

function skipSpace(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at]?.trim() === '') at += 1;
  return at;
}

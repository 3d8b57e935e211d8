/** Rules about reference names over one whole definition: unique names, and what a JOIN may wait for. */
import { fieldValue, refuseField } from './reader.js';
import type { Siblings, TaskEntry } from './scope.js';
import { fieldOf, itemOf, refuse } from './violations.js';

export type References = ReadonlyMap<string, TaskEntry>;

/** Checks that reference names are unique, and returns the index of them; of equal names the first counts. */
export function indexReferences(entries: readonly TaskEntry[], workflowName: string): References {
  const references = new Map<string, TaskEntry>();
  for (const entry of entries) {
    if (entry.reference === '') continue;
    if (references.has(entry.reference)) {
      const message = `taskReferenceName: ${entry.reference} should be unique across tasks for a given workflowDefinition: ${workflowName}`;
      refuseField(entry.source, 'taskReferenceName', message);
    } else {
      references.set(entry.reference, entry);
    }
  }
  return references;
}

export function checkJoins(entries: readonly TaskEntry[], references: References): void {
  for (const entry of entries) {
    // The fork replaces what this JOIN says by the branches it made.
    const isReplaced = entry.previous?.type === 'FORK_JOIN_DYNAMIC';
    if (entry.type === 'JOIN' && !isReplaced) checkJoin(entry, 'joinOn', references);
    if (entry.type !== 'EXCLUSIVE_JOIN') continue;
    for (const field of ['joinOn', 'defaultExclusiveJoinTask']) checkJoin(entry, field, references);
  }
}

function checkJoin(join: TaskEntry, field: string, references: References): void {
  const position = positionOf(join);
  const awaited: unknown = fieldValue(join.source, field);
  if (!Array.isArray(awaited)) return;
  awaited.forEach((reference: unknown, index) => {
    if (typeof reference !== 'string') return;
    const problem = joinProblem(join, references.get(reference), position);
    if (problem === undefined) return;
    const place = itemOf(fieldOf(join.source.place, field), index);
    refuse(join.source.report, {
      place,
      message: `${join.type} ${join.reference} waits for ${reference}, ${problem}`,
      value: reference,
    });
  });
}

type Position = ReadonlyMap<Siblings, number>;

function joinProblem(join: TaskEntry, awaited: TaskEntry | undefined, position: Position): string | undefined {
  if (awaited === undefined) return 'which is not a task of this workflow definition';
  if (awaited === join) return 'which is itself';
  return isLater(awaited, position) ? 'which starts only after it' : undefined;
}

/** For every list around a task, the index at which that task is in it. At most TASK_DEPTH_MAX entries. */
function positionOf(task: TaskEntry): Position {
  const position = new Map<Siblings, number>();
  for (let at: TaskEntry | undefined = task; at !== undefined; at = at.siblings.owner)
    position.set(at.siblings, at.index);
  return position;
}

/** Whether the innermost list that holds both has the task behind the position; other branches are never later. */
function isLater(task: TaskEntry, position: Position): boolean {
  for (let at: TaskEntry | undefined = task; at !== undefined; at = at.siblings.owner) {
    const index = position.get(at.siblings);
    if (index !== undefined) return at.index > index;
  }
  return false;
}

/** What the flow reaches after a task. */
import type { Decision } from '../decision.js';
import { isBefore } from './branches.js';
import { iterationOf, type Place, placeOf } from './place.js';

/**
 * Tells whether a place stands behind the target: later in its list, or in a list around it, in a later list of a TRY or a later turn of a loop
 * around it, or inside of such a task.
 */
export function behind(decision: Decision, target: Place): (place: Place) => boolean {
  const later = new Set<string>();
  const turns = new Map<string, number>();
  for (let here: Place | undefined = target; here !== undefined; here = decision.around(here)) {
    addList(decision, later, decision.after(here));
    const around = decision.around(here);
    if (around?.node.task.type === 'TRY') addLaterLists(decision, later, around, here);
    if (around?.node.task.type === 'DO_WHILE') turns.set(around.key, iterationOf(here.scope));
  }
  return (place) => {
    for (let here: Place | undefined = place; here !== undefined; here = decision.around(here)) {
      if (later.has(here.key)) return true;
      const turn = turns.get(decision.around(here)?.key ?? '');
      if (turn !== undefined && iterationOf(here.scope) > turn) return true;
    }
    return false;
  };
}

function addList(decision: Decision, keys: Set<string>, first: Place | undefined): void {
  for (let place = first; place !== undefined; place = decision.after(place)) keys.add(place.key);
}

function addLaterLists(decision: Decision, keys: Set<string>, around: Place, inner: Place): void {
  for (const [list, first] of around.node.cases) {
    if (first === undefined || !isBefore(inner.node.caseKey ?? 'try', list)) continue;
    addList(decision, keys, placeOf(first, around.scope, around.fork));
  }
}

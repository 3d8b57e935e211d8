/** What the flow reaches after a task. */
import type { Decision } from '../decision.js';
import type { Place } from './place.js';

/** Tells whether a place stands behind the target: later in its list, or in a list around it, or inside of such a task. */
export function behind(decision: Decision, target: Place): (place: Place) => boolean {
  const later = new Set<string>();
  for (let here: Place | undefined = target; here !== undefined; here = decision.around(here)) {
    for (let next = decision.after(here); next !== undefined; next = decision.after(next)) later.add(next.key);
  }
  return (place) => {
    for (let here: Place | undefined = place; here !== undefined; here = decision.around(here)) {
      if (later.has(here.key)) return true;
    }
    return false;
  };
}

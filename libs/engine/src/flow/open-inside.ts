/** The open tasks inside of a task, at any depth. Costs what is open in the workflow, or what the task holds, whichever is cheaper. */
import type { Decision } from '../decision.js';
import type { Node } from './flow.js';
import { limits } from '../limits.js';
import type { Place } from './place.js';
import { isTaskOpen, type TaskState } from '../state.js';

export function openInside(decision: Decision, place: Place): readonly TaskState[] {
  const named = decision.state.openCount > limits.openTasksSearched ? namedInside(place) : undefined;
  const keys = named ?? Object.keys(decision.state.open);
  return keys
    .flatMap((key) => decision.task(key) ?? [])
    .filter((task) => isTaskOpen(task.status) && isInside(decision, task, place.key));
}

function isInside(decision: Decision, task: TaskState, key: string): boolean {
  for (let around = decision.around(decision.placeOf(task)); around !== undefined; around = decision.around(around)) {
    if (around.key === key) return true;
  }
  return false;
}

/** The keys that its tasks have, if there are any; undefined when only the run knows, as of the turns of a loop. */
function namedInside({ node, scope }: Place): readonly string[] | undefined {
  const keys: string[] = [];
  const heads: Node[] = firstsOf(node);
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    for (let at: Node | undefined = head; at !== undefined; at = at.next) {
      if (at.body !== undefined || at.task.type === 'FORK_JOIN_DYNAMIC') return undefined;
      keys.push(at.reference + scope);
      heads.push(...firstsOf(at));
    }
  }
  return keys;
}

function firstsOf({ cases, otherwise, branches }: Node): Node[] {
  return [...cases.values(), otherwise, ...branches].filter((first) => first !== undefined);
}

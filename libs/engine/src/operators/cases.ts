/** What SWITCH and DECISION have in common: one of several lists of tasks. */
import type { JsonObject } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import type { Node } from '../flow/flow.js';
import { type Place, placeOf } from '../flow/place.js';
import { schedule } from '../tasks/schedule.js';
import type { TaskState } from '../state.js';
import type { Retry } from './operator.js';

/** The task, before anybody knows the case. */
export function beginChoice(
  decision: Decision,
  place: Place,
  input: JsonObject,
  retry: Retry | undefined,
): TaskState | undefined {
  const previous = retry === undefined ? {} : { previous: retry.previous };
  schedule(decision, { place, taskType: place.node.task.type, input, status: 'IN_PROGRESS', ...previous });
  return decision.task(place.key);
}

/** The input as it is shown once the case is known; `first` is the case's first task. */
export function withCase(input: JsonObject, selected: string, first: Node | undefined): JsonObject {
  return { ...input, case: selected, ...(first === undefined ? {} : { hasChildren: 'true' }) };
}

export function followCase(decision: Decision, place: Place, first: Node | undefined): void {
  if (first === undefined) decision.leave(place);
  else decision.enter(placeOf(first, place.scope, place.fork));
}

/** Whether what stands around a task still has a use for it, when an ended workflow goes on. */
import type { Decision } from '../decision.js';
import { operatorOf } from '../operators/index.js';
import { isTaskSuccessful } from '../state.js';
import { isGivenUp } from './branches.js';
import { isTurnRunning } from './loop-turns.js';
import { iterationOf, loopsAround, outerScope, type Place } from './place.js';

/** Of what a jump has passed over: whether it counts again. */
export type Recalls = (place: Place) => boolean;

export const nothing: Recalls = () => false;

/** Nothing around it has ended well without it, has caught its failure, or was passed over by a jump. */
export function mayBeTriedAgain(decision: Decision, place: Place, recalls: Recalls = nothing): boolean {
  return !isForgiven(decision, place) && !isGivenUp(decision, place) && mayGoOn(decision, place, recalls);
}

/** A structure around it has ended well all the same. */
function isForgiven(decision: Decision, place: Place): boolean {
  for (let around = decision.around(place); around !== undefined; around = decision.around(around)) {
    const task = decision.task(around.key);
    if (task === undefined || operatorOf(around.node.task.type).reopens !== true) continue;
    if (isTaskSuccessful(task.status)) return true;
  }
  return false;
}

/** Whether every loop around it is to be opened again, and at its turn. */
function mayGoOn(decision: Decision, place: Place, recalls: Recalls): boolean {
  for (const { loop, scope } of loopsAround(place)) {
    const task = decision.task(loop.reference + outerScope(scope));
    if (task === undefined || isTaskSuccessful(task.status) || !isTurnRunning(task, iterationOf(scope))) return false;
    if (task.isPassedOver === true && !recalls(place)) return false;
  }
  return true;
}

/** FORK_JOIN: the first task of every branch and the JOIN behind come into being together (contract 6.4). */
import { completeTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { type Place, placeOf } from '../flow/place.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import { failWorkflow } from '../workflow/end.js';
import type { Operator, Retry } from './operator.js';

const branchesPerStep = 50;

export const forkJoin: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    if (place.node.next?.task.type !== 'JOIN') {
      return failWorkflow(
        decision,
        'FAILED',
        'Fork task definition is not followed by a join task.  Check the blueprint',
      );
    }
    schedule(decision, {
      place,
      taskType: 'FORK',
      input: resolveInput(decision, place),
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(place.key);
    if (task !== undefined) completeTask(decision, task, {});
  },

  follow(decision: Decision, place: Place): void {
    decision.resume(place, 0);
  },

  /** A few branches at a time, and at last the JOIN: a decision about thousands of them goes on in another. */
  resume(decision: Decision, place: Place, from: number): void {
    const { branches } = place.node;
    const to = Math.min(from + branchesPerStep, branches.length);
    for (const branch of branches.slice(from, to)) decision.enter(placeOf(branch, place.scope, place.fork));
    const join = decision.after(place);
    if (to < branches.length) decision.resume(place, to);
    else if (join !== undefined) decision.enter(join);
  },
  // The end of a branch leads nowhere by itself: the JOIN hears of the tasks that it waits for.
};

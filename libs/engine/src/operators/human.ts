/**
 * HUMAN: waits until somebody updates it (contract 6.14). All timeouts of its definition count, the response timeout from its last update
 * on. A signal is for WAIT and passes it by.
 */
import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import { resolveInput, responseTimer, schedule } from '../tasks/schedule.js';
import type { Operator, Retry } from './operator.js';

export const human: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    schedule(decision, {
      place,
      taskType: 'HUMAN',
      taskDefName: place.node.task.name,
      input: resolveInput(decision, place),
      status: 'IN_PROGRESS',
      timers: responseTimer(decision, place.node, 0),
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
  },
};

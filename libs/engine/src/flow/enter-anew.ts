/** The flow is at a task that is to be executed, for the first time or once more. */
import { ExpressionError } from '@dacapo/expressions';

import type { Decision } from '../decision.js';
import { operatorOf } from '../operators/index.js';
import type { Retry } from '../operators/operator.js';
import type { Place } from './place.js';
import { InputRefused } from '../tasks/schedule.js';
import { failWorkflow } from '../workflow/end.js';

export function enterAnew(decision: Decision, place: Place, retry?: Retry): void {
  try {
    operatorOf(place.node.task.type).enter(decision, place, retry);
  } catch (error) {
    // Its task has ended: that is on the agenda.
    if (error instanceof InputRefused) return;
    // A template that is too deep or too large is the definition's fault: the workflow ends with that reason, nobody else is held up.
    if (!(error instanceof ExpressionError)) throw error;
    failWorkflow(decision, 'FAILED', `Input of task ${place.key} cannot be resolved: ${error.message}`);
  }
}

/** Task types of Conductor's server that this version does not run. As worker tasks they would wait for ever; so the workflow says why it ends. */
import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import { failWorkflow } from '../workflow/end.js';
import type { Operator } from './operator.js';

export const unsupportedTypes = ['JDBC'] as const;

export const unsupported: Operator = {
  enter(decision: Decision, place: Place): void {
    failWorkflow(
      decision,
      'FAILED',
      `Task ${place.node.reference}: this version does not run tasks of type ${place.node.task.type}`,
    );
  },
};

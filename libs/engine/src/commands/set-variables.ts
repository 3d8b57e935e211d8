/** An operator gives variables new values, key by key, while the workflow is open. */
import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { isEnded } from '../state.js';
import { excessOf } from '../workflow/variables.js';

export function setVariables(decision: Decision, { variables }: CommandData<'SetVariables'>): void {
  const { state } = decision;
  if (isEnded(state.status)) {
    const message = `Workflow ${state.workflowId} is ${state.status}: its variables cannot be set`;
    return decision.reject('WORKFLOW_ENDED', message);
  }
  const excess = excessOf(state, variables);
  if (excess !== undefined) return decision.reject('PAYLOAD_TOO_LARGE', excess);
  decision.emit('VariablesSet', { variables });
}

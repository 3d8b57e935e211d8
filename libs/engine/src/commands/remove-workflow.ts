/**
 * Out of every view (contract 1.2.1); the log keeps everything. What is open is terminated first: nobody is to work on what nobody can see.
 * Sub-workflows that have ended stay.
 */
import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { allTaskIds, removeTasks } from '../flow/remove-tasks.js';
import { isEnded } from '../state.js';
import { failWorkflow } from '../workflow/end.js';

export function removeWorkflow(decision: Decision, { archive }: CommandData<'RemoveWorkflow'>): void {
  const { workflowId, status } = decision.state;
  const archived = archive === true;
  if (!isEnded(status)) {
    if (archived) {
      const message = `Cannot archive workflow: ${workflowId} with status: ${status}`;
      return decision.reject('WORKFLOW_NOT_ARCHIVABLE', message);
    }
    failWorkflow(decision, 'TERMINATED', 'Workflow is removed', undefined, { withoutFailureWorkflow: true });
  }
  // An archived one can still be read as a whole.
  if (!archived) removeTasks(decision, allTaskIds(decision));
  decision.emit('WorkflowRemoved', { archived });
}

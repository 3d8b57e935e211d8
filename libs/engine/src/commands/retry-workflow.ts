/**
 * Opens an ended workflow once more: the last attempt of every reference that failed or was cancelled is tried again; joins go on waiting
 * where they were, loops go on with the turns that they were at (contract 5.12). The run counts up, so that nothing of the new one can be
 * mistaken for the old. It may be the parent's word (reactions/child-protocol.ts).
 */
import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { runAgenda } from '../flow/settle.js';
import { isEnded } from '../state.js';
import { failuresOf, tryAgain } from '../flow/try-again.js';
import { takePermit } from '../tasks/permit-requests.js';
import { workflowTimers } from './start-workflow.js';

export function retryWorkflow(
  decision: Decision,
  { resumeSubworkflowTasks, requester }: CommandData<'RetryWorkflow'>,
): void {
  const { state } = decision;
  if (!isEnded(state.status)) {
    return decision.reject(
      'WORKFLOW_NOT_ENDED',
      `Workflow ${state.workflowId} is ${state.status} and not to be retried before it has ended`,
    );
  }
  if (requester !== undefined && state.run >= requester.run) {
    return decision.reject('NOTHING_TO_DO', `Workflow ${state.workflowId} has had run ${requester.run} already`);
  }
  if (state.taskCount === 0) return decision.reject('WORKFLOW_NOT_STARTED', 'Workflow has not started yet');
  if (failuresOf(decision).length === 0 && state.status !== 'TIMED_OUT') {
    const message = 'There are no retryable tasks! Use restart if you want to attempt entire workflow execution again.';
    return decision.reject('NOTHING_TO_RETRY', message);
  }
  decision.emit('WorkflowRetried', {
    run: Math.max(state.run + 1, requester?.run ?? 0),
    ...workflowTimers(decision.now, decision.flow.definition.timeoutSeconds),
  });
  takePermit(decision);
  tryAgain(decision, { resumeChildren: resumeSubworkflowTasks === true });
  runAgenda(decision);
}

/** What an operator does to a workflow as a whole (contract 5.12). */
import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { resumeDeferred } from './effects.js';
import { runAgenda } from '../flow/settle.js';
import { isEnded } from '../state.js';
import { failWorkflow } from '../workflow/end.js';
import { workflowTimers } from './start-workflow.js';

export function pauseWorkflow(decision: Decision): void {
  const { status, workflowId } = decision.state;
  if (isEnded(status))
    return decision.reject('WORKFLOW_ENDED', `Workflow ${workflowId} is ${status} and cannot be paused`);
  if (status === 'PAUSED') return decision.reject('NOTHING_TO_DO', `Workflow ${workflowId} is paused already`);
  decision.emit('WorkflowPaused', {});
}

/** What ended meanwhile goes on now; the workflow's timeout starts anew. */
export function resumeWorkflow(decision: Decision): void {
  const { status, workflowId, held } = decision.state;
  if (status !== 'PAUSED') {
    return decision.reject(
      'WORKFLOW_NOT_PAUSED',
      `The workflow ${workflowId} is not PAUSED so cannot resume. Current status is ${status}`,
    );
  }
  const ended = [...held];
  decision.emit('WorkflowResumed', workflowTimers(decision.now, decision.flow.definition.timeoutSeconds));
  for (const reference of ended) decision.settle(reference);
  resumeDeferred(decision);
  runAgenda(decision);
}

/** With `run` it is the parent's word (reactions/child-protocol.ts): a child that has ended, or runs again since, is left alone. */
export function terminateWorkflow(
  decision: Decision,
  { reason, triggerFailureWorkflow, run }: CommandData<'TerminateWorkflow'>,
): void {
  const { state } = decision;
  const { status, workflowId } = state;
  if (status === 'COMPLETED') return decision.reject('WORKFLOW_COMPLETED', 'Cannot terminate a COMPLETED workflow.');
  if (status === 'TERMINATED') return decision.reject('NOTHING_TO_DO', `Workflow ${workflowId} is terminated already`);
  if (run !== undefined && (isEnded(status) || state.run > run)) {
    return decision.reject('NOTHING_TO_DO', `Run ${run} of workflow ${workflowId} is over`);
  }
  // Who had failed has started its failure workflow already.
  const isWithFailureWorkflow = triggerFailureWorkflow === true && !isEnded(status);
  failWorkflow(
    decision,
    'TERMINATED',
    reason,
    undefined,
    isWithFailureWorkflow ? {} : { withoutFailureWorkflow: true },
  );
}

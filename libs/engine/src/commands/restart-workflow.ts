/** From the beginning, under the same id (contract 5.12): the view starts empty, variables have the values of the definition. */
import type { CommandData } from '@dacapo/contracts';

import { shortName } from '../reactions/child-protocol.js';
import type { Decision } from '../decision.js';
import { allTaskIds, removeTasks } from '../flow/remove-tasks.js';
import { runAgenda } from '../flow/settle.js';
import { isEnded } from '../state.js';
import { beginFlow, workflowTimers } from './start-workflow.js';

export function restartWorkflow(
  decision: Decision,
  { definition: digest, version }: CommandData<'RestartWorkflow'>,
): void {
  const { state } = decision;
  const text = `${shortName(state)}.${state.status}`;
  if (!isEnded(state.status)) {
    return decision.reject('WORKFLOW_OPEN', `Workflow: ${text} is not in terminal state, unable to restart.`);
  }
  if (state.status === 'COMPLETED' && !decision.flow.definition.restartable) {
    return decision.reject('WORKFLOW_NOT_RESTARTABLE', `Workflow: ${text} is non-restartable`);
  }
  const flow = decision.context.flow(digest ?? state.definition);
  if (flow === undefined) {
    return decision.reject('DEFINITION_NOT_FOUND', `No definition is known under the digest ${digest}`);
  }
  const taskIds = allTaskIds(decision);
  decision.emit('WorkflowRestarted', {
    run: state.run + 1,
    variables: flow.definition.variables,
    ...(digest === undefined ? {} : { definition: digest, version: version ?? flow.definition.version }),
    ...workflowTimers(decision.now, flow.definition.timeoutSeconds),
  });
  removeTasks(decision, taskIds);
  beginFlow(decision);
  runAgenda(decision);
}

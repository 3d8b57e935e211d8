import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { requestStart } from '../tasks/permit-requests.js';
import { placeOf } from '../flow/place.js';
import { startFault, startInput } from '../schemas.js';
import { runAgenda } from '../flow/settle.js';

export function startWorkflow(decision: Decision, data: CommandData<'StartWorkflow'>): void {
  if (decision.exists) {
    return decision.reject(
      'WORKFLOW_ALREADY_EXISTS',
      `Workflow with id ${decision.command.workflowId} already exists!`,
    );
  }
  const flow = decision.context.flow(data.definition);
  if (flow === undefined)
    return decision.reject('DEFINITION_NOT_FOUND', `No definition is known under the digest ${data.definition}`);
  const { definition } = flow;
  const input = startInput(flow, data.input);
  const fault = startFault(flow, input);
  if (fault !== undefined) return decision.reject('SCHEMA_VIOLATED', fault);
  decision.emit('WorkflowStarted', {
    ...data,
    input,
    variables: definition.variables,
    ...workflowTimers(decision.now, definition.timeoutSeconds),
  });
  beginFlow(decision);
  runAgenda(decision);
}

/** The first task, or the wish for the permit that it takes. */
export function beginFlow(decision: Decision): void {
  const { first } = decision.flow;
  if (!requestStart(decision) && first !== undefined) decision.enter(placeOf(first, '', undefined));
}

export function workflowTimers(
  now: number,
  timeoutSeconds: number,
): { readonly timers?: Readonly<Record<string, number>> } {
  return timeoutSeconds > 0 ? { timers: { workflow: now + timeoutSeconds * 1000 } } : {};
}

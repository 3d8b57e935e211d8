/** A parent that had ended runs again because its child does (contract 5.13). */
import type { EventData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { reasons } from '../reasons.js';
import { isEnded, isTaskOpen, type TaskState } from '../state.js';
import { mayBeTriedAgain } from '../flow/may-be-tried.js';
import { childTimers, tryAgain } from '../flow/try-again.js';
import { takePermit } from '../tasks/permit-requests.js';
import { workflowTimers } from './start-workflow.js';

/** A parent that has not ended has gone on without it; what was optional, or jumped over, holds up nobody. */
export function mayReopen(decision: Decision, task: TaskState): boolean {
  if (!isEnded(decision.state.status) || isTaskOpen(task.status)) return false;
  if (task.subWorkflowId === undefined || task.isPassedOver === true) return false;
  const place = decision.placeOf(task);
  return !place.node.task.optional && mayBeTriedAgain(decision, place);
}

/** The task waits again; whatever else had failed is tried again, other children in place. The parent's own parents hear of it (reactions.ts). */
export function reopenFor(
  decision: Decision,
  task: TaskState,
  { childWorkflowId, run, chain, operation }: Omit<EventData<'WorkflowReopened'>, 'timers'>,
): void {
  const { taskId } = task;
  decision.emit('WorkflowReopened', {
    run: decision.state.run + 1,
    childWorkflowId,
    chain,
    operation,
    ...workflowTimers(decision.now, decision.flow.definition.timeoutSeconds),
  });
  takePermit(decision);
  decision.emit('TaskReopened', { taskId, childRun: run, ...childTimers(decision, task) });
  decision.emit('TaskLogged', { taskId, log: reasons.childReopened(chain, operation) });
  tryAgain(decision, { resumeChildren: true, except: taskId });
}

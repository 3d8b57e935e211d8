/**
 * May this happen, and what follows? A pure function of the workflow's state, the command and its place in the log: deciding again gives
 * the same bytes. It owns the state it is given (see evolve.ts) and returns the one to go on with.
 */
import { type Command, type DaCapoError, invariant } from '@dacapo/contracts';

import {
  recordChildEnd,
  recordChildRefusal,
  recordChildReopened,
  recordFailureWorkflowRefusal,
} from './commands/children.js';
import { pauseWorkflow, resumeWorkflow, terminateWorkflow } from './commands/control.js';
import { continueWorkflow, recordCachedOutput, recordEvaluation, recordTaskDefs } from './commands/effects.js';
import { claimTask, extendTaskLease, logTask, startTaskByMessage } from './commands/hand-out.js';
import { fireTimers } from './commands/fire-timer.js';
import { jumpToTask } from './commands/jump-to-task.js';
import { removeWorkflow } from './commands/remove-workflow.js';
import { rerunWorkflow } from './commands/rerun-workflow.js';
import { resetCallbacks } from './commands/reset-callbacks.js';
import { restartWorkflow } from './commands/restart-workflow.js';
import { giveBack, grantPermit, offerPermit, refusePermit } from './commands/permits.js';
import { cancelTask, completeTaskByWorker, failTaskByWorker, progressTask } from './commands/results.js';
import { retryWorkflow } from './commands/retry-workflow.js';
import { setVariables } from './commands/set-variables.js';
import { skipTask } from './commands/skip-task.js';
import { signalWorkflow } from './commands/signal.js';
import { startWorkflow } from './commands/start-workflow.js';
import { type DecideContext, type Decided, Decision } from './decision.js';
import { returnPermits } from './tasks/permit-requests.js';
import type { WorkflowState } from './state.js';

export function decide(state: WorkflowState | undefined, command: Command, context: DecideContext): Decided {
  const decision = new Decision(state, command, context);
  const isThere = state !== undefined && state.isRemoved !== true;
  if (!isThere && command.type !== 'StartWorkflow') {
    decision.reject('WORKFLOW_NOT_FOUND', `No such workflow found by id: ${command.workflowId}`);
  } else if (state?.status === 'QUARANTINED') {
    if (command.type === 'GrantPermit') giveBack(decision, command.data);
    else
      decision.reject('WORKFLOW_QUARANTINED', `Workflow ${command.workflowId} is quarantined: ${state.reason ?? ''}`);
  } else {
    dispatch(decision, command);
  }
  returnPermits(decision);
  invariant(decision.events.length > 0, `I14 ${command.type} left no event`);
  return decision.decided;
}

/** The verdict on a workflow whose state broke an invariant. The command that showed it is refused by the same event. */
export function quarantine(
  state: WorkflowState | undefined,
  command: Command,
  reason: string,
  context: DecideContext,
): Decided {
  const decision = new Decision(state, command, context);
  if (state === undefined) decision.reject('INVARIANT_BROKEN', reason);
  else {
    decision.emit('WorkflowQuarantined', { reason });
    returnPermits(decision);
  }
  return decision.decided;
}

/** The refusal of a command for a reason that is not the workflow's. */
export function refuse(
  state: WorkflowState | undefined,
  command: Command,
  { code, message }: DaCapoError,
  context: DecideContext,
): Decided {
  const decision = new Decision(state, command, context);
  decision.reject(code, message);
  return decision.decided;
}

function dispatch(decision: Decision, command: Command): void {
  switch (command.type) {
    case 'StartWorkflow':
      return startWorkflow(decision, command.data);
    case 'ClaimTask':
      return claimTask(decision, command.data);
    case 'StartTask':
      return startTaskByMessage(decision, command.data);
    case 'CompleteTask':
      return completeTaskByWorker(decision, command.data);
    case 'FailTask':
      return failTaskByWorker(decision, command.data);
    case 'CancelTask':
      return cancelTask(decision, command.data);
    case 'ProgressTask':
      return progressTask(decision, command.data);
    case 'ExtendTaskLease':
      return extendTaskLease(decision, command.data);
    case 'LogTask':
      return logTask(decision, command.data);
    case 'SignalWorkflow':
      return signalWorkflow(decision, command.data);
    case 'PauseWorkflow':
      return pauseWorkflow(decision);
    case 'ResumeWorkflow':
      return resumeWorkflow(decision);
    case 'TerminateWorkflow':
      return terminateWorkflow(decision, command.data);
    case 'RetryWorkflow':
      return retryWorkflow(decision, command.data);
    case 'FireTimer':
      return fireTimers(decision);
    case 'RecordChildEnd':
      return recordChildEnd(decision, command.data);
    case 'RecordChildRefusal':
      return recordChildRefusal(decision, command.data);
    case 'RecordFailureWorkflowRefusal':
      return recordFailureWorkflowRefusal(decision, command.data);
    case 'ContinueWorkflow':
      return continueWorkflow(decision);
    case 'RecordEvaluation':
      return recordEvaluation(decision, command.data);
    case 'RecordTaskDefs':
      return recordTaskDefs(decision, command.data);
    case 'RecordCachedOutput':
      return recordCachedOutput(decision, command.data);
    case 'GrantPermit':
      return grantPermit(decision, command.data);
    case 'OfferPermit':
      return offerPermit(decision, command.data);
    case 'RefusePermit':
      return refusePermit(decision, command.data);
    case 'RequestPermit':
    case 'ReleasePermit':
      return decision.reject('REQUEST_INVALID', `${command.type} is for a limit`);
    case 'RestartWorkflow':
      return restartWorkflow(decision, command.data);
    case 'RerunWorkflow':
      return rerunWorkflow(decision, command.data);
    case 'SkipTask':
      return skipTask(decision, command.data);
    case 'JumpToTask':
      return jumpToTask(decision, command.data);
    case 'ResetCallbacks':
      return resetCallbacks(decision);
    case 'SetVariables':
      return setVariables(decision, command.data);
    case 'RemoveWorkflow':
      return removeWorkflow(decision, command.data);
    case 'RecordChildReopened':
      return recordChildReopened(decision, command.data);
    default:
      return command satisfies never;
  }
}

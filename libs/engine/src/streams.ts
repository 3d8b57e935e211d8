/**
 * Everything that lives in a lane: workflows, and the limits that they share. A lane need not know which of them it has in hand; a
 * workflow's way through here costs one look at its id.
 */
import type { Command, DaCapoError, Event } from '@dacapo/contracts';

import * as workflow from './decide.js';
import type { DecideContext, Decided } from './decision.js';
import { evolve as evolveWorkflow } from './evolve.js';
import { decideLimit, refuseLimit } from './permits/decide.js';
import { evolveLimit } from './permits/evolve.js';
import { nextLimitDue } from './permits/room.js';
import { isLimitId, type LimitState } from './permits/state.js';
import { isEnded, type WorkflowState } from './state.js';
import { nextDue as nextWorkflowDue } from './timers.js';

export type StreamState = WorkflowState | LimitState;

export function isWorkflow(state: StreamState): state is WorkflowState {
  return state.kind === undefined;
}

/** Nothing happens to it any more unless somebody asks: it may leave memory for good. A limit never ends. */
export function isOver(state: StreamState): boolean {
  return isWorkflow(state) && isEnded(state.status);
}

export function decide(state: StreamState | undefined, command: Command, context: DecideContext): Decided<StreamState> {
  return isLimitId(command.workflowId)
    ? decideLimit(state as LimitState | undefined, command, context)
    : workflow.decide(state as WorkflowState | undefined, command, context);
}

/** The verdict on a stream whose state broke an invariant: a workflow is quarantined, a limit refuses the command and goes on. */
export function quarantine(
  state: StreamState | undefined,
  command: Command,
  reason: string,
  context: DecideContext,
): Decided<StreamState> {
  return isLimitId(command.workflowId)
    ? refuseLimit(state as LimitState | undefined, command, { code: 'INVARIANT_BROKEN', message: reason }, context)
    : workflow.quarantine(state as WorkflowState | undefined, command, reason, context);
}

/** The refusal of a command for a reason that is not the stream's. */
export function refuse(
  state: StreamState | undefined,
  command: Command,
  error: DaCapoError,
  context: DecideContext,
): Decided<StreamState> {
  return isLimitId(command.workflowId)
    ? refuseLimit(state as LimitState | undefined, command, error, context)
    : workflow.refuse(state as WorkflowState | undefined, command, error, context);
}

export function evolve(state: StreamState | undefined, event: Event): StreamState {
  return isLimitId(event.workflowId)
    ? evolveLimit(state as LimitState | undefined, event)
    : evolveWorkflow(state as WorkflowState | undefined, event);
}

/** When the lane must look at the stream again, or undefined. */
export function nextDue(state: StreamState): number | undefined {
  return isWorkflow(state) ? nextWorkflowDue(state) : nextLimitDue(state);
}

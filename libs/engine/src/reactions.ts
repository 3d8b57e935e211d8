/**
 * Who else must hear of an event. Sent after the event is durable, at least once; the receiver drops repeats by id.
 */
import { type Event, eventId, type EventNamed } from '@dacapo/contracts';

import { command, type Reaction, type StartRequest } from './reactions/reaction.js';
import {
  forwardSignal,
  retryChild,
  startChild,
  terminateLeftChild,
  terminateReopened,
} from './reactions/to-children.js';
import { answerRequester, tellEnd, tellReopened } from './reactions/to-parents.js';
import type { WorkflowState } from './state.js';
import { answer, ask, askForStart, giveBack } from './permits/messages.js';
import { isWorkflow, type StreamState } from './streams.js';

/** `state` is the stream's state after the event, or any later one; undefined when there never was such a stream. */
export function reactions(event: Event, state: StreamState | undefined): readonly Reaction[] {
  if (state !== undefined && !isWorkflow(state)) return reactionsOfLimit(event);
  if (event.type === 'CommandRejected') return answerRequester(event, state);
  return state === undefined ? [] : reactionsOf(event, state);
}

function reactionsOfLimit(event: Event): readonly Reaction[] {
  switch (event.type) {
    case 'PermitGranted':
    case 'PermitOffered':
    case 'PermitRefused':
      return [command(answer(event))];
    default:
      return [];
  }
}

function reactionsOf(event: Event, state: WorkflowState): readonly Reaction[] {
  switch (event.type) {
    case 'TaskStarted':
      return event.data.subWorkflowId === undefined
        ? []
        : [startChild(event.data.subWorkflowId, event.data.taskId, event.data.child ?? {}, state, event)];
    case 'TaskCompleted':
      return [...keepOutput(event), ...terminateLeftChild(event)];
    case 'TaskFailed':
    case 'TaskTimedOut':
    case 'TaskCanceled':
      return terminateLeftChild(event);
    case 'ChildRetryRequested':
      return [retryChild(event)];
    case 'ChildTerminationRequested':
      return [terminateReopened(event)];
    case 'SignalForwarded':
      return [forwardSignal(event)];
    case 'WorkflowCompleted':
    case 'WorkflowFailed':
    case 'WorkflowTimedOut':
    case 'WorkflowTerminated':
      return tellEnd(event, state);
    case 'WorkflowRetried':
    case 'WorkflowRestarted':
    case 'WorkflowReran':
    case 'WorkflowReopened':
      return tellReopened(event, state);
    case 'FailureWorkflowRequested':
      return [startFailureWorkflow(event)];
    case 'StepsDeferred':
      return [goOn(event)];
    case 'EvaluationRequested': {
      const { workflowId, seq, time, data } = event;
      return [{ kind: 'evaluation', id: eventId(event), workflowId, seq, time, request: data }];
    }
    case 'TaskDefsRequested':
      return [{ kind: 'task-defs', id: eventId(event), workflowId: event.workflowId, request: event.data }];
    case 'CachedOutputRequested': {
      const { workflowId, time, data } = event;
      return [{ kind: 'cached-output', id: eventId(event), workflowId, time, request: data }];
    }
    case 'PermitRequested':
      return [{ kind: 'permit-request', command: ask(event) }];
    case 'WorkflowPermitRequested':
      return [command(askForStart(event, state))];
    case 'PermitReturned':
      return [command(giveBack(event))];
    default:
      return [];
  }
}

function keepOutput({ data: { cacheAs, output = {} } }: EventNamed<'TaskCompleted'>): readonly Reaction[] {
  return cacheAs === undefined ? [] : [{ kind: 'keep-output', ...cacheAs, output }];
}

function startFailureWorkflow(event: EventNamed<'FailureWorkflowRequested'>): StartRequest {
  const { failureWorkflowId, ...request } = event.data;
  return {
    kind: 'start-request',
    id: eventId(event),
    workflowId: failureWorkflowId,
    ...request,
    requester: event.workflowId,
  };
}

function goOn(event: Event): Reaction {
  return command({
    type: 'ContinueWorkflow',
    version: 1,
    id: eventId(event),
    workflowId: event.workflowId,
    data: {},
    repeatable: true,
  });
}

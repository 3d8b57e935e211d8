/**
 * Who else must hear of an event. Sent after the event is durable, at least once; the receiver drops repeats by id, so every message has
 * one that is derived from the event.
 */
import {
  type CommandNamed,
  type Event,
  type EventData,
  eventId,
  type JsonObject,
  type Parent,
} from '@dacapo/contracts';

import { answer, ask, askForStart, giveBack } from './permits/messages.js';
import { isWorkflow, type StreamState } from './streams.js';

/** A workflow to be started whose definition is still a name: the lane's runtime looks it up and sends StartWorkflow, or the refusal. */
export interface StartRequest {
  readonly kind: 'start-request';
  readonly id: string;
  readonly workflowId: string;
  readonly name: string;
  readonly version?: number;
  /** An inline definition instead of a registered one. */
  readonly definition?: unknown;
  readonly input: JsonObject;
  readonly correlationId?: string;
  readonly priority?: number;
  readonly taskToDomain?: Readonly<Record<string, string>>;
  readonly parent?: Parent;
  /** Who is told when it cannot be started: the parent's task, or the workflow whose failure workflow it is. */
  readonly requester: string;
}

/** A script for the sandbox; its outcome comes back as RecordEvaluation. */
export interface EvaluationRequest {
  readonly kind: 'evaluation';
  readonly id: string;
  readonly workflowId: string;
  readonly time: number;
  readonly request: EventData<'EvaluationRequested'>;
}

/** Names whose definitions are looked up; they come back as RecordTaskDefs. */
export interface TaskDefsRequest {
  readonly kind: 'task-defs';
  readonly id: string;
  readonly workflowId: string;
  readonly request: EventData<'TaskDefsRequested'>;
}

/** A wish for a permit of a task; the numbers are those of the task's definition as it is registered now. */
export interface PermitRequest {
  readonly kind: 'permit-request';
  readonly command: CommandNamed<'RequestPermit'>;
}

type Told =
  | CommandNamed<'RequestPermit'>
  | CommandNamed<'ReleasePermit'>
  | CommandNamed<'GrantPermit'>
  | CommandNamed<'OfferPermit'>
  | CommandNamed<'RefusePermit'>
  | CommandNamed<'RecordChildEnd'>
  | CommandNamed<'TerminateWorkflow'>
  | CommandNamed<'SignalWorkflow'>
  | CommandNamed<'ContinueWorkflow'>;
export type Reaction =
  | StartRequest
  | EvaluationRequest
  | TaskDefsRequest
  | PermitRequest
  | { readonly kind: 'command'; readonly command: Told };

const ends = {
  WorkflowCompleted: 'COMPLETED',
  WorkflowFailed: 'FAILED',
  WorkflowTimedOut: 'TIMED_OUT',
  WorkflowTerminated: 'TERMINATED',
} as const;

/** `state` is the stream's state after the event, or any later one. */
export function reactions(event: Event, state: StreamState): readonly Reaction[] {
  switch (event.type) {
    case 'TaskStarted':
      return event.data.subWorkflowId === undefined
        ? []
        : [startChild(event.data.subWorkflowId, event.data.taskId, event.data.child ?? {}, event)];
    case 'FailureWorkflowRequested':
      return [startFailureWorkflow(event)];
    case 'TaskCanceled':
      return event.data.subWorkflowId === undefined ? [] : [terminateChild(event.data.subWorkflowId, event)];
    case 'SignalForwarded':
      return [forwardSignal(event)];
    case 'StepsDeferred':
      return [goOn(event)];
    case 'EvaluationRequested': {
      const { workflowId, time, data } = event;
      return [{ kind: 'evaluation', id: eventId(event), workflowId, time, request: data }];
    }
    case 'TaskDefsRequested':
      return [{ kind: 'task-defs', id: eventId(event), workflowId: event.workflowId, request: event.data }];
    case 'PermitRequested':
      return [{ kind: 'permit-request', command: ask(event) }];
    case 'WorkflowPermitRequested':
      return isWorkflow(state) ? [command(askForStart(event, state))] : [];
    case 'PermitReturned':
      return [command(giveBack(event))];
    case 'PermitGranted':
    case 'PermitOffered':
    case 'PermitRefused':
      return [command(answer(event))];
    case 'WorkflowCompleted':
    case 'WorkflowFailed':
    case 'WorkflowTimedOut':
    case 'WorkflowTerminated':
      return !isWorkflow(state) || state.parent === undefined
        ? []
        : [tellParent(state.parent, ends[event.type], event.data.output, event.data.reason, event)];
    default:
      return [];
  }
}

function startChild(workflowId: string, taskId: string, child: JsonObject, event: Event): StartRequest {
  const { definition, version, correlationId, priority, taskToDomain } = child;
  return {
    kind: 'start-request',
    id: eventId(event),
    workflowId,
    name: typeof child['name'] === 'string' ? child['name'] : '',
    ...(version === null || version === undefined ? {} : { version: Number(version) }),
    ...(definition === undefined ? {} : { definition }),
    input: child['input'] as JsonObject,
    ...(typeof correlationId === 'string' ? { correlationId } : {}),
    ...(typeof priority === 'number' ? { priority } : {}),
    ...(typeof taskToDomain === 'object' ? { taskToDomain: taskToDomain as Readonly<Record<string, string>> } : {}),
    parent: { workflowId: event.workflowId, taskId },
    requester: event.workflowId,
  };
}

function startFailureWorkflow(event: Extract<Event, { readonly type: 'FailureWorkflowRequested' }>): StartRequest {
  const { failureWorkflowId, ...request } = event.data;
  return {
    kind: 'start-request',
    id: eventId(event),
    workflowId: failureWorkflowId,
    ...request,
    requester: event.workflowId,
  };
}

function terminateChild(workflowId: string, event: Extract<Event, { readonly type: 'TaskCanceled' }>): Reaction {
  const { childTermination } = event.data;
  return command({
    type: 'TerminateWorkflow',
    version: 1,
    id: eventId(event),
    workflowId,
    data: childTermination === undefined ? {} : { reason: childTermination },
    repeatable: true,
  });
}

function forwardSignal(event: Extract<Event, { readonly type: 'SignalForwarded' }>): Reaction {
  const { childWorkflowId, status, output } = event.data;
  const data = { status: status as CommandNamed<'SignalWorkflow'>['data']['status'], output };
  return command({
    type: 'SignalWorkflow',
    version: 1,
    id: eventId(event),
    workflowId: childWorkflowId,
    data,
    repeatable: true,
  });
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

function tellParent(
  parent: Parent,
  status: (typeof ends)[keyof typeof ends],
  output: JsonObject,
  reason: string | undefined,
  event: Event,
): Reaction {
  const data = {
    taskId: parent.taskId,
    childWorkflowId: event.workflowId,
    status,
    output,
    ...(reason === undefined ? {} : { reason }),
  };
  return command({
    type: 'RecordChildEnd',
    version: 1,
    id: eventId(event),
    workflowId: parent.workflowId,
    data,
    repeatable: true,
  });
}

function command(told: Told): Reaction {
  return { kind: 'command', command: told };
}

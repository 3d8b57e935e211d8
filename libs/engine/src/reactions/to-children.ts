/** What a parent tells its children (contract 5.13; reactions/child-protocol.ts). */
import { type Event, eventId, type EventNamed, type JsonObject } from '@dacapo/contracts';

import { command, type Reaction, type StartRequest } from './reaction.js';
import type { WorkflowState } from '../state.js';

export function startChild(
  workflowId: string,
  taskId: string,
  child: JsonObject,
  state: WorkflowState,
  event: Event,
): StartRequest {
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
    parent: { workflowId: event.workflowId, taskId, depth: (state.parent?.depth ?? 0) + 1 },
    requester: event.workflowId,
  };
}

type TaskEnd =
  EventNamed<'TaskCompleted'> | EventNamed<'TaskFailed'> | EventNamed<'TaskTimedOut'> | EventNamed<'TaskCanceled'>;

/** A task that ended without its child leaves it behind. */
export function terminateLeftChild(event: TaskEnd): readonly Reaction[] {
  const { subWorkflowId, childRun = 0, childTermination } = event.data;
  return subWorkflowId === undefined ? [] : [terminate(subWorkflowId, childRun, childTermination, event)];
}

export function terminateReopened(event: EventNamed<'ChildTerminationRequested'>): Reaction {
  const { childWorkflowId, run, reason } = event.data;
  return terminate(childWorkflowId, run, reason, event);
}

function terminate(workflowId: string, run: number, reason: string | undefined, event: Event): Reaction {
  return command({
    type: 'TerminateWorkflow',
    version: 1,
    id: eventId(event),
    workflowId,
    data: { run, ...(reason === undefined ? {} : { reason }) },
    repeatable: true,
  });
}

export function retryChild(event: EventNamed<'ChildRetryRequested'>): Reaction {
  const { taskId, childWorkflowId, run } = event.data;
  return command({
    type: 'RetryWorkflow',
    version: 1,
    id: eventId(event),
    workflowId: childWorkflowId,
    data: { resumeSubworkflowTasks: true, requester: { workflowId: event.workflowId, taskId, run } },
    repeatable: true,
  });
}

export function forwardSignal(event: EventNamed<'SignalForwarded'>): Reaction {
  const { childWorkflowId, status, output } = event.data;
  const data = { status: status as 'COMPLETED' | 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR', output };
  return command({
    type: 'SignalWorkflow',
    version: 1,
    id: eventId(event),
    workflowId: childWorkflowId,
    data,
    repeatable: true,
  });
}

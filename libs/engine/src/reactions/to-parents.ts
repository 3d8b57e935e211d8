/** What a child tells its parent (contract 5.13; reactions/child-protocol.ts). */
import { type Event, eventId, type EventNamed } from '@dacapo/contracts';

import { shortName } from './child-protocol.js';
import { command, type Reaction } from './reaction.js';
import type { WorkflowState } from '../state.js';

const ends = {
  WorkflowCompleted: 'COMPLETED',
  WorkflowFailed: 'FAILED',
  WorkflowTimedOut: 'TIMED_OUT',
  WorkflowTerminated: 'TERMINATED',
} as const;

const operations = { WorkflowRetried: 'retried', WorkflowRestarted: 'restarted', WorkflowReran: 'reran' } as const;

export function tellEnd(event: EventNamed<keyof typeof ends>, { parent }: WorkflowState): readonly Reaction[] {
  if (parent === undefined) return [];
  const { output, reason } = event.data;
  return [
    command({
      type: 'RecordChildEnd',
      version: 1,
      id: eventId(event),
      workflowId: parent.workflowId,
      data: {
        taskId: parent.taskId,
        childWorkflowId: event.workflowId,
        status: ends[event.type],
        output,
        ...(reason === undefined ? {} : { reason }),
        run: event.data.run ?? 0,
      },
      repeatable: true,
    }),
  ];
}

type Reopening = EventNamed<keyof typeof operations> | EventNamed<'WorkflowReopened'>;

export function tellReopened(event: Reopening, state: WorkflowState): readonly Reaction[] {
  const { parent } = state;
  if (parent === undefined) return [];
  const name = shortName(state);
  return [
    command({
      type: 'RecordChildReopened',
      version: 1,
      id: eventId(event),
      workflowId: parent.workflowId,
      data: {
        taskId: parent.taskId,
        childWorkflowId: event.workflowId,
        run: event.data.run,
        ...(event.type === 'WorkflowReopened'
          ? { chain: `${name} -> ${event.data.chain}`, operation: event.data.operation }
          : { chain: name, operation: operations[event.type] }),
      },
      repeatable: true,
    }),
  ];
}

/** A parent hears that its wish for a retry was refused, unless the child runs: then its end will come by itself. */
export function answerRequester(
  event: EventNamed<'CommandRejected'>,
  state: WorkflowState | undefined,
): readonly Reaction[] {
  const { requester, message } = event.data;
  if (requester === undefined) return [];
  const { workflowId, taskId, run } = requester;
  const header = { version: 1, id: answerId(event), workflowId, repeatable: true } as const;
  const status = state === undefined || state.isRemoved === true ? undefined : state.status;
  if (status === 'RUNNING' || status === 'PAUSED') return [];
  if (state === undefined || status === undefined || status === 'QUARANTINED' || !hasEndFor(run, state)) {
    return [command({ ...header, type: 'RecordChildRefusal', data: { taskId, reason: message, run } })];
  }
  const { output, reason } = state;
  const end = { taskId, childWorkflowId: state.workflowId, status, output, run: Math.max(run, state.run) };
  return [
    command({ ...header, type: 'RecordChildEnd', data: { ...end, ...(reason === undefined ? {} : { reason }) } }),
  ];
}

function hasEndFor(run: number, state: WorkflowState): boolean {
  return state.run >= run || state.status === 'COMPLETED';
}

/** A refusal outside of every workflow has no number of its own. */
function answerId(event: Event): string {
  return event.seq === 0 ? `${event.commandId ?? event.workflowId}:refused` : eventId(event);
}

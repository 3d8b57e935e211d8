/** What workflows and limits say to one another, as commands whose ids are derived from the event that they follow from. */
import { type CommandNamed, type Event, type EventNamed, eventId } from '@dacapo/contracts';

import type { WorkflowState } from '../state.js';

export function ask(event: EventNamed<'PermitRequested'>): CommandNamed<'RequestPermit'> {
  const { taskId, limit, name, limits, priority, since, workerId, pollId } = event.data;
  return {
    type: 'RequestPermit',
    ...headerOf(event, limit),
    data: {
      kind: 'task',
      name,
      holder: taskId,
      requester: event.workflowId,
      request: event.seq,
      priority,
      since,
      limits,
      // No worker has to come for what is sent to one.
      otherwise: workerId === undefined ? 'grant' : 'offer',
      ...(pollId === undefined ? {} : { pollId }),
    },
  };
}

const otherwise = { QUEUE: 'grant', REJECT: 'refuse', TAKE: 'take' } as const;

export function askForStart(
  event: EventNamed<'WorkflowPermitRequested'>,
  { name, priority }: WorkflowState,
): CommandNamed<'RequestPermit'> {
  const { limit, key, limits, policy } = event.data;
  const { workflowId, seq, time } = event;
  return {
    type: 'RequestPermit',
    ...headerOf(event, limit),
    data: {
      kind: 'workflow',
      name,
      key,
      holder: workflowId,
      requester: workflowId,
      request: seq,
      priority,
      since: time,
      limits,
      otherwise: otherwise[policy],
    },
  };
}

export function giveBack(event: EventNamed<'PermitReturned'>): CommandNamed<'ReleasePermit'> {
  const { holder, request, limit } = event.data;
  return { type: 'ReleasePermit', ...headerOf(event, limit), data: { holder, request } };
}

const answers = { PermitGranted: 'GrantPermit', PermitOffered: 'OfferPermit', PermitRefused: 'RefusePermit' } as const;

type Answer = CommandNamed<'GrantPermit'> | CommandNamed<'OfferPermit'> | CommandNamed<'RefusePermit'>;

export function answer(
  event: Extract<Event, { readonly type: 'PermitGranted' | 'PermitOffered' | 'PermitRefused' }>,
): Answer {
  const { holder, request, requester } = event.data;
  const data = { holder, request, limit: event.workflowId };
  return { type: answers[event.type], ...headerOf(event, requester), data };
}

function headerOf(
  event: { readonly workflowId: string; readonly seq: number },
  to: string,
): { readonly version: 1; readonly id: string; readonly workflowId: string; readonly repeatable: true } {
  return { version: 1, id: eventId(event), workflowId: to, repeatable: true };
}

/** Which permits a workflow holds, and which it waits for (evolve.ts). */
import type { Event } from '@dacapo/contracts';

import { own, type Permit, type WorkflowState } from '../state.js';

export function evolvePermits(
  state: WorkflowState,
  event: Extract<
    Event,
    { readonly type: 'PermitRequested' | 'WorkflowPermitRequested' | 'WorkflowPermitGranted' | 'PermitReturned' }
  >,
): void {
  switch (event.type) {
    case 'PermitRequested': {
      const { taskId, limit, workerId, pollId, domain } = event.data;
      const claim = {
        ...(workerId === undefined ? {} : { workerId }),
        ...(pollId === undefined ? {} : { pollId }),
        ...(domain === undefined ? {} : { domain }),
      };
      return note(state, taskId, { limit, request: event.seq, held: false, ...claim });
    }
    case 'WorkflowPermitRequested': {
      const { key, limit, policy } = event.data;
      if (policy !== 'TAKE') state.rateLimited = true;
      state.rateLimitKey = key;
      return note(state, state.workflowId, { limit, request: event.seq, held: policy === 'TAKE' });
    }
    case 'WorkflowPermitGranted':
      delete state.rateLimited;
      return holdPermit(state, state.workflowId);
    case 'PermitReturned':
      // Who ends without having had one stays marked as rate limited.
      if (own(state.permits ?? {}, event.data.holder)?.request === event.data.request)
        dropPermit(state, event.data.holder);
      return;
    default:
      return event satisfies never;
  }
}

function note(state: WorkflowState, holder: string, permit: Permit): void {
  state.permits ??= {};
  state.permits[holder] = permit;
}

/** The attempt that asked has begun. */
export function holdPermit({ permits }: WorkflowState, holder: string): void {
  const permit = permits === undefined ? undefined : own(permits, holder);
  if (permit !== undefined) permit.held = true;
}

/** The limit has handed it back to the queue of its workers: it will ask anew. */
export function dropPermit(state: WorkflowState, holder: string): void {
  if (state.permits === undefined) return;
  delete state.permits[holder];
  for (const _ in state.permits) return;
  delete state.permits;
}

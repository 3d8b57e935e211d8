import type { Event } from '@dacapo/contracts';
import { isWorkflow, type StreamState, type WorkflowState } from '@dacapo/engine';
import type { Journal } from '@dacapo/ports';

import { fold } from '../fold.js';

/** The state after all of the events, which are given up to it (evolve changes what it is given). */
export function foldAll(events: Iterable<Event>): WorkflowState | undefined {
  let state: StreamState | undefined;
  for (const event of events) state = fold(state, event);
  return state !== undefined && isWorkflow(state) ? state : undefined;
}

/** A workflow's state as its log says it; the log stays as it is. */
export async function foldOf(journal: Journal, workflowId: string): Promise<WorkflowState | undefined> {
  const history = await journal.history(workflowId);
  return foldAll(structuredClone(history.flatMap(({ events }) => events.map(({ event }) => event))));
}

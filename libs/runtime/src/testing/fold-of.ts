import type { WorkflowState } from '@dacapo/engine';
import type { Journal } from '@dacapo/ports';

import { fold } from '../fold.js';

/** A workflow's state as its log says it; the log stays as it is. */
export async function foldOf(journal: Journal, workflowId: string): Promise<WorkflowState | undefined> {
  let state: WorkflowState | undefined;
  for (const { events } of await journal.history(workflowId))
    for (const { event } of structuredClone(events)) state = fold(state, event);
  return state;
}

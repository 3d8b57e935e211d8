/**
 * Parents and children tell each other what happened, and their words may arrive in any order and more than once. So each word says which
 * run of the child it is about, and the task of the parent knows the first run that it has not dealt with (`TaskState.childRun`):
 *
 * - the end of a run before it is stale, of another the task's own end;
 * - a task that ends without its child (it was cancelled, timed out, updated) has dealt with the run that it waited for: the child is told
 *   to end, up to that run;
 * - a retry in place asks for that run or a later one. A child that runs does nothing, and its end will come; one that cannot run says so
 *   (`answerRequester`); when the end of an earlier run comes, the request may have come too early, and is repeated;
 * - a child that an operator opened tells its parents. When it is quicker to end than that word, its end opens them.
 */
import type { CommandData } from '@dacapo/contracts';

import type { WorkflowState } from '../state.js';

export type ChildEnd = CommandData<'RecordChildEnd'>;

/** How workflows are called in logs: `name.version/id`. */
export function shortName({ name, version, workflowId }: WorkflowState): string {
  return `${name}.${version}/${workflowId}`;
}

/**
 * What a JOIN may ask for beside "all have ended" (contract 5.21: Conductor stores `joinStatus` and does nothing with it).
 *
 * - `joinStatus` as a list of statuses, `COMPLETED,FAILED`: a branch counts as done well exactly when it ends with one of them.
 * - `joinStatus` as any other text, or `evaluatorType` (`js`, `javascript`, `graaljs`) with `expression`: a script, asked when the JOIN begins and
 *   at the end of each branch. `$` holds `joinOn` and, by reference name, `{status, output}` of each task that exists. `true`, or an object
 *   with `status: "COMPLETED"`, completes the JOIN at once, with `outputData` of the object beside the usual output; `status: "FAILED"` fails
 *   it with `reasonForIncompletion`; anything else means: wait. When all branches have ended it ends by the usual rule, whatever the
 *   script says: nobody would wake it again.
 */
import { endedTaskStatuses, type JsonObject } from '@dacapo/contracts';
import type { WorkflowTask } from '@dacapo/definitions';

import { own } from '../state.js';

export type JoinCondition =
  { readonly statuses: ReadonlySet<string> } | { readonly script: string } | { readonly fault: string } | undefined;

const statuses: ReadonlySet<string> = new Set(endedTaskStatuses);
const evaluators: ReadonlySet<string> = new Set(['js', 'javascript', 'graaljs']);

export function conditionOf({ joinStatus = '', evaluatorType, expression }: WorkflowTask): JoinCondition {
  if (evaluatorType !== undefined && expression !== undefined) {
    if (evaluators.has(evaluatorType)) return { script: expression };
    return { fault: `No evaluator registered for type: ${evaluatorType}` };
  }
  if (joinStatus.trim() === '') return undefined;
  const names = joinStatus.split(',').map((name) => name.trim());
  return names.every((name) => statuses.has(name)) ? { statuses: new Set(names) } : { script: joinStatus };
}

export type Verdict =
  | { readonly is: 'wait' }
  | { readonly is: 'done'; readonly output: JsonObject }
  | { readonly is: 'failed'; readonly reason: string };

/** What the value of a script means. */
export function verdictOf(value: unknown): Verdict {
  if (value === true) return { is: 'done', output: {} };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { is: 'wait' };
  const said = value as JsonObject;
  const status = own(said, 'status');
  if (status === 'FAILED') {
    const reason = own(said, 'reasonForIncompletion');
    return { is: 'failed', reason: typeof reason === 'string' ? reason : '' };
  }
  if (status !== 'COMPLETED') return { is: 'wait' };
  const output = own(said, 'outputData');
  return { is: 'done', output: typeof output === 'object' && !Array.isArray(output) ? { ...output } : {} };
}

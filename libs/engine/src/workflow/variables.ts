/** Workflow variables are bounded in all (contract 5.19). */
import type { JsonObject } from '@dacapo/contracts';

import { limits } from '../limits.js';
import type { WorkflowState } from '../state.js';

/** What Conductor says when the variables would grow beyond the limit; undefined when they may be set. */
export function excessOf(state: WorkflowState, variables: JsonObject): string | undefined {
  const size = utf8Bytes(JSON.stringify({ ...state.variables, ...variables }));
  if (size <= limits.variablesBytes) return undefined;
  return (
    `The variables payload size: ${size} of workflow: ${state.workflowId} ` +
    `is greater than the permissible limit: ${limits.variablesBytes / 1024} kilobytes`
  );
}

/** The limit is one of bytes, as Conductor counts them. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Three bytes beyond 0x7ff; a surrogate pair has four, two for each half.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

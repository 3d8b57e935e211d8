import type { Hash } from './envelope.js';
import { deriveId } from './ids.js';

/** The id of the workflow that a start without `workflowId` begins when it comes through `inbox`, from the id of its record. */
export function inboxWorkflowId(recordId: string, hash: Hash): string {
  return deriveId(hash, 'inbox', recordId);
}

/** What START_WORKFLOW needs of the API: its request goes through the same door as everybody's. */
import { deriveId, type Hash, isDaCapoError } from '@dacapo/contracts';
import type { StartOutcome, StartWorkflow } from '@dacapo/system-tasks';

import { InvalidRequest } from '../errors/request-error.js';
import { ask, type Gateway } from '../gateway.js';
import { parseStartRequest, startCommand, type StartRequest } from './start-request.js';
import { startWorkflow } from './start-workflow.js';

/** The id of the workflow is derived from the task's, unless the request has an idempotency key, which is a promise of the same kind. */
export function startForTask(gateway: Gateway, hash: Hash): StartWorkflow {
  return async (fields, task) => {
    try {
      const request = parseStartRequest(fields);
      if (request.idempotency !== undefined) {
        const { workflowId } = await startWorkflow(gateway, request);
        return { kind: 'started', workflowId };
      }
      const workflowId = deriveId(hash, task.workflowId, 'START_WORKFLOW', task.taskId);
      await startOnce(gateway, request, workflowId);
      return { kind: 'started', workflowId };
    } catch (error) {
      return outcomeOf(error);
    }
  };
}

async function startOnce(gateway: Gateway, request: StartRequest, workflowId: string): Promise<void> {
  try {
    await ask(gateway, await startCommand(gateway, request, { workflowId }));
  } catch (error) {
    // The same task has been here before and started it.
    if (!isDaCapoError(error) || error.code !== 'WORKFLOW_ALREADY_EXISTS') throw error;
  }
}

function outcomeOf(error: unknown): StartOutcome {
  if (error instanceof InvalidRequest) {
    const { violations, message } = error;
    return violations.length > 0 ? { kind: 'invalid', violations } : { kind: 'unreadable', message };
  }
  if (!isDaCapoError(error)) throw error;
  const { code, message, retryable } = error;
  if (retryable) return { kind: 'away' };
  return { kind: code === 'DEFINITION_NOT_FOUND' ? 'missing' : 'refused', message };
}

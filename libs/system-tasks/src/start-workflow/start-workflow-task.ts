/**
 * START_WORKFLOW (contract 6.10): another workflow, no child. The same attempt starts one only, however often it runs. What the request
 * takes over from its caller the engine has put into it.
 */
import type { JsonObject } from '@dacapo/contracts';

import { type BuiltInResult, type BuiltInTask, failed, succeeded, type TaskToRun } from '../built-in-task.js';
import { isMap, own } from '../json/values.js';
import { limits } from '../limits.js';

export type StartOutcome =
  | { readonly kind: 'started'; readonly workflowId: string }
  /** A field of the request is wrong. */
  | { readonly kind: 'invalid'; readonly violations: readonly { readonly path: string; readonly message: string }[] }
  /** It is no request at all. */
  | { readonly kind: 'unreadable'; readonly message: string }
  /** There is no such definition, as far as this process knows. */
  | { readonly kind: 'missing'; readonly message: string }
  /** The server refuses. */
  | { readonly kind: 'refused'; readonly message: string }
  /** A server is away, or nobody knows yet what came of it: again later. */
  | { readonly kind: 'away' };

/** `task`: the start is known by it, so that a second call for it finds the workflow of the first. Never throws for a bad request. */
export type StartWorkflow = (
  request: JsonObject,
  task: { readonly taskId: string; readonly workflowId: string },
) => Promise<StartOutcome>;

export class StartWorkflowTask implements BuiltInTask {
  constructor(private readonly start: StartWorkflow) {}

  async execute(task: TaskToRun): Promise<BuiltInResult> {
    const request = own(task.input, 'startWorkflow');
    if (request === undefined) return failed("Missing 'startWorkflow' in input data.");
    if (!isMap(request)) return failed('Error reading StartWorkflowRequest. It must be a map');
    // A start without input would be refused; whoever leaves it out means none.
    return resultOf(await this.start({ input: {}, ...request }, task), task);
  }
}

function resultOf(outcome: StartOutcome, { pollCount }: TaskToRun): BuiltInResult {
  switch (outcome.kind) {
    case 'started':
      return succeeded({ workflowId: outcome.workflowId });
    case 'invalid': {
      const faults = outcome.violations.map(({ path, message }) => `'${path}' -> ${message}. `);
      return failed(`startWorkflow validation failed. ${faults.join('')}`);
    }
    case 'unreadable':
      return failed(`Error reading StartWorkflowRequest. ${outcome.message}`);
    case 'missing':
      // It may have been registered at another server a moment ago, so it is believed at the second time only.
      if (pollCount <= 1) return { status: 'IN_PROGRESS', callbackAfterSeconds: limits.definitionSettleSeconds };
      return failed(outcome.message);
    case 'refused':
      return failed(outcome.message);
    case 'away':
      return { status: 'IN_PROGRESS', callbackAfterSeconds: limits.startRetrySeconds };
    default:
      return outcome satisfies never;
  }
}

/** The `reasonForIncompletion` texts that clients of Conductor know (contract 5.7-5.13). */
import type { TaskDef } from '@dacapo/definitions';
import { javaText } from '@dacapo/expressions';

import { limits } from './limits.js';
import type { TaskState } from './state.js';

/** A value within a reason: in Java's form, as in Conductor's messages, and not longer than anybody reads. */
export function quoted(value: unknown): string {
  const text = javaText(value);
  return text.length > limits.quotedCharacters ? `${text.slice(0, limits.quotedCharacters)}...` : text;
}

export const reasons = {
  taskFailed: (taskId: string, status: string, reason: string | undefined): string =>
    `Task ${taskId} failed with status: ${status} and reason: '${reason ?? 'null'}'`,
  unknownTask: (name: string): string =>
    `Invalid task specified. Cannot find task by name ${name} in the task definitions`,
  workflowTimeout: (elapsed: number, timeout: number, policy: string): string =>
    `Workflow timed out after ${elapsed} seconds. Timeout configured as ${timeout} seconds. Timeout policy configured to ${policy}`,
  taskTimeout: (elapsed: number, { timeoutSeconds, timeoutPolicy }: TaskDef): string =>
    `Task timed out after ${elapsed} seconds. Timeout configured as ${timeoutSeconds} seconds. Timeout policy configured to ${timeoutPolicy}`,
  pollTimeout: (elapsed: number, { pollTimeoutSeconds, timeoutPolicy }: TaskDef): string =>
    `Task poll timed out after ${elapsed} seconds. Poll timeout configured as ${pollTimeoutSeconds} seconds. Timeout policy configured to ${timeoutPolicy}`,
  totalTimeout: (task: TaskState, elapsed: number, { totalTimeoutSeconds, timeoutPolicy }: TaskDef): string =>
    `Task ${task.taskDefName}/${task.taskId} exceeded total timeout of ${totalTimeoutSeconds} seconds ` +
    `(elapsed ${elapsed} seconds across all attempts including retry delays). Timeout policy: ${timeoutPolicy}`,
  totalTimeoutSpent: (task: TaskState, elapsed: number, { totalTimeoutSeconds }: TaskDef): string =>
    `Task ${task.taskId}/${task.taskDefName} exceeded total timeout of ${totalTimeoutSeconds} seconds ` +
    `(elapsed ${elapsed} seconds across all attempts). No further retries will be attempted.`,
  responseTimeout: (task: TaskState, { responseTimeoutSeconds }: TaskDef): string =>
    `responseTimeout: ${responseTimeoutSeconds} exceeded for the taskId: ${task.taskId} with Task Definition: ${task.taskDefName}`,
  subWorkflowFailed: (name: string, version: unknown, workflowId: string, reason: string | undefined): string =>
    `Sub workflow ${name}.${String(version)}/${workflowId} failure reason: ${reason ?? 'null'}`,
  loopEnded: (reference: string): string => `Loop ${reference} of the parent workflow has ended`,
  loopItems: (reference: string, count: number, limit: number): string =>
    `Loop ${reference} has ${count} items, a loop may not have more than ${limit}`,
  loopTurns: (reference: string, limit: number): string =>
    `Loop ${reference} was stopped: a loop may not take more than ${limit} turns`,
  loopTurnsKept: (reference: string, limit: number): string =>
    `Loop ${reference} was stopped: a loop may not keep more than ${limit} turns (the input keepLastN drops older ones)`,
  concurrency: (reference: string): string => `FOR_EACH ${reference}: concurrency must be a whole number of at least 1`,
  condition: (condition: string, message: string): string =>
    `Unable to evaluate condition ${condition}, exception ${message}`,
  branchGivenUp: (reference: string, reason: string | undefined): string =>
    `Task ${reference} of the parent workflow has failed: ${reason ?? 'null'}`,
  /** Conductor's words; only that the limit is one of work and not of time. */
  scriptTooLong: 'Script not evaluated within 4 seconds, interrupted.',
  scriptTooMuchMemory: 'Script needs more memory than a script may have.',
  scriptResultTooLarge: 'The result of the script is larger than a result may be.',
  scriptFault: 'Script was not evaluated: the sandbox broke off.',
  taskEndedWithoutChild: (taskId: string, status: string): string =>
    `Task ${taskId} of the parent workflow has ended with status ${status}`,
  childReopened: (chain: string, operation: string): string => `Sub workflow ${chain} ${operation}.`,
  rateLimited: (name: string, key: string): string =>
    `Workflow ${name} is rate limited: no permit is free for the rate limit key '${key}'`,
  parentTerminated: (reason: string | undefined, status: string): string =>
    reason === undefined || reason === ''
      ? `Parent workflow has been terminated with status ${status}`
      : `Parent workflow has been terminated with reason: ${reason}`,
} as const;

/** The `reasonForIncompletion` texts that clients of Conductor know (contract 5.7-5.13). */
import type { TaskDef } from '@dacapo/definitions';

import type { TaskState } from './state.js';

export const reasons = {
  taskFailed: (taskId: string, status: string, reason: string | undefined): string =>
    `Task ${taskId} failed with status: ${status} and reason: '${reason ?? 'null'}'`,
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
  rateLimited: (name: string, key: string): string =>
    `Workflow ${name} is rate limited: no permit is free for the rate limit key '${key}'`,
  parentTerminated: (reason: string | undefined, status: string): string =>
    reason === undefined || reason === ''
      ? `Parent workflow has been terminated with status ${status}`
      : `Parent workflow has been terminated with reason: ${reason}`,
} as const;

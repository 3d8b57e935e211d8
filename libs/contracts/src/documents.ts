/**
 * The read models: one document per workflow and one per task. They are folds of the events (libs/projections) and can be
 * thrown away. `seq` is the number of the last event that went into the document: a store keeps the document with the higher one.
 */
import type { Parent } from './commands.js';
import type { JsonObject } from './shape.js';

export type WorkflowStatus = 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'FAILED' | 'TIMED_OUT' | 'TERMINATED' | 'QUARANTINED';

/** What an attempt may end with. */
export const endedTaskStatuses = [
  'COMPLETED',
  'COMPLETED_WITH_ERRORS',
  'FAILED',
  'FAILED_WITH_TERMINAL_ERROR',
  'TIMED_OUT',
  'CANCELED',
  'SKIPPED',
] as const;

export type TaskStatus = 'SCHEDULED' | 'IN_PROGRESS' | (typeof endedTaskStatuses)[number];

export interface WorkflowDocument {
  readonly workflowId: string;
  readonly seq: number;
  readonly partition: number;
  /** Where its events begin and end in the partition of the events log (offsets, both inclusive). */
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly name: string;
  readonly version: number;
  /** Digest of the definition it runs on. */
  readonly definition: string;
  readonly status: WorkflowStatus;
  readonly createTime: number;
  readonly updateTime: number;
  readonly endTime?: number;
  readonly lastRetriedTime?: number;
  readonly input: JsonObject;
  readonly output: JsonObject;
  readonly variables: JsonObject;
  readonly correlationId?: string;
  readonly priority: number;
  readonly taskToDomain?: Readonly<Record<string, string>>;
  readonly parent?: Parent;
  readonly event?: string;
  readonly reason?: string;
  readonly idempotencyKey?: string;
  /** It waits for a permit before its first task. */
  readonly rateLimited?: boolean;
  readonly rateLimitKey?: string;
  readonly failedReferenceTaskNames: readonly string[];
  readonly failedTaskNames: readonly string[];
  /** Removed by an operator: no search finds it, and no read unless it was archived. */
  readonly isRemoved?: true;
  readonly isArchived?: true;
}

export interface TaskLog {
  readonly log: string;
  readonly createdTime: number;
}

export interface TaskDocument {
  readonly taskId: string;
  readonly workflowId: string;
  readonly seq: number;
  readonly partition: number;
  readonly taskSeq: number;
  readonly referenceTaskName: string;
  readonly taskType: string;
  readonly taskDefName: string;
  readonly status: TaskStatus;
  readonly input: JsonObject;
  readonly output: JsonObject;
  readonly retryCount: number;
  readonly iteration: number;
  /** The turns of the loops around it: what its reference name carries behind the one of the definition. */
  readonly scope?: string;
  /** Reference name of the dynamic fork that made it. */
  readonly fork?: string;
  readonly pollCount: number;
  readonly scheduledTime: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly updateTime: number;
  readonly firstStartTime: number;
  readonly workerId?: string;
  readonly domain?: string;
  /** Several to be offered in; `NO_DOMAIN` stands for none. */
  readonly domains?: readonly string[];
  readonly reason?: string;
  readonly retriedTaskId?: string;
  readonly retried: boolean;
  readonly callbackAfterSeconds: number;
  readonly startDelayInSeconds: number;
  readonly responseTimeoutSeconds: number;
  readonly subWorkflowId?: string;
  /** Task type that workers ask for; absent for tasks that the server works on. */
  readonly queue?: string;
  readonly delivery?: 'poll' | 'kafka';
  /** It may be handed to a worker now. */
  readonly ready: boolean;
  /** A worker gets it only with a permit. */
  readonly limited?: true;
  readonly workflowType: string;
  readonly definition: string;
  readonly correlationId?: string;
  readonly workflowPriority: number;
  readonly logs?: readonly TaskLog[];
  /** It was taken out of every view (TasksRemoved); what stands here is only that it was. */
  readonly isRemoved?: true;
}

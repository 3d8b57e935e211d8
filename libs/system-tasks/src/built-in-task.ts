/** What a task of the server is: a worker that lives in the dispatcher. One file per type implements it; the runner claims and reports. */
import type { JsonObject, TaskDocument } from '@dacapo/contracts';

/** The task as it was handed over. */
export type TaskToRun = Pick<
  TaskDocument,
  'taskId' | 'workflowId' | 'taskDefName' | 'taskType' | 'input' | 'pollCount' | 'workflowType' | 'correlationId'
>;

export interface RunContext {
  /** Aborted when the process stops or the task has run too long. What is reported afterwards does not count. */
  readonly signal: AbortSignal;
  /** When the task began, epoch milliseconds. */
  readonly now: number;
}

export interface BuiltInResult {
  readonly status: 'COMPLETED' | 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR' | 'IN_PROGRESS';
  readonly output?: JsonObject;
  readonly reasonForIncompletion?: string;
  /** IN_PROGRESS only. Given: back to the queue and run again after so many seconds. Absent: somebody else ends the task (asyncComplete). */
  readonly callbackAfterSeconds?: number;
  /** With `callbackAfterSeconds`: the task was not done, so that it runs again even when somebody else is to end it. */
  readonly isHandedBack?: true;
}

export interface BuiltInTask {
  /** What it throws fails the task with a reason that names no details; so it returns the failures that it knows. */
  execute(task: TaskToRun, context: RunContext): Promise<BuiltInResult>;
}

export function failed(reasonForIncompletion: string, output: JsonObject = {}): BuiltInResult {
  return { status: 'FAILED', reasonForIncompletion, output };
}

/** After success: the end, or open until somebody else ends it (contract 5.8). */
export function succeeded(output: JsonObject, isAsyncComplete = false): BuiltInResult {
  return { status: isAsyncComplete ? 'IN_PROGRESS' : 'COMPLETED', output };
}

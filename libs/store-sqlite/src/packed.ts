/**
 * Documents as arrays of their fields' values, without the names and without what is as it mostly is: half the bytes of the objects. The order
 * of the fields is the format: whoever changes it raises the format in writer.worker.ts, and the file is made anew from the journal.
 */
import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';

/** Every field, with the value that it mostly has; a field that is not listed does not compile. Undefined: mostly absent, or always its own. */
type Usual<T> = { readonly [K in keyof Required<T>]: T[K] | undefined };

const usualWorkflow: Usual<WorkflowDocument> = {
  workflowId: undefined,
  seq: undefined,
  partition: 0,
  firstOffset: undefined,
  lastOffset: undefined,
  name: undefined,
  version: 1,
  definition: undefined,
  status: undefined,
  createTime: undefined,
  updateTime: undefined,
  endTime: undefined,
  lastRetriedTime: undefined,
  input: {},
  output: {},
  variables: {},
  correlationId: undefined,
  priority: 0,
  taskToDomain: undefined,
  parent: undefined,
  event: undefined,
  reason: undefined,
  failedReferenceTaskNames: [],
  failedTaskNames: [],
  isRemoved: undefined,
  isArchived: undefined,
  idempotencyKey: undefined,
  rateLimited: undefined,
  rateLimitKey: undefined,
};

const usualTask: Usual<TaskDocument> = {
  taskId: undefined,
  workflowId: undefined,
  seq: undefined,
  partition: 0,
  taskSeq: undefined,
  referenceTaskName: undefined,
  taskType: undefined,
  taskDefName: undefined,
  status: undefined,
  input: {},
  output: {},
  retryCount: 0,
  iteration: 0,
  pollCount: 0,
  scheduledTime: undefined,
  startTime: 0,
  endTime: 0,
  updateTime: undefined,
  firstStartTime: 0,
  workerId: undefined,
  domain: undefined,
  reason: undefined,
  retriedTaskId: undefined,
  retried: false,
  callbackAfterSeconds: 0,
  startDelayInSeconds: 0,
  responseTimeoutSeconds: 0,
  subWorkflowId: undefined,
  queue: undefined,
  delivery: undefined,
  ready: false,
  workflowType: undefined,
  definition: undefined,
  correlationId: undefined,
  workflowPriority: 0,
  logs: undefined,
  scope: undefined,
  fork: undefined,
  limited: undefined,
  domains: undefined,
  isRemoved: undefined,
};

class Packing<T extends object> {
  private readonly fields: readonly (readonly [keyof T & string, unknown])[];

  constructor(usual: Usual<T>) {
    this.fields = Object.entries(usual) as unknown as readonly (readonly [keyof T & string, unknown])[];
  }

  pack(document: T): string {
    return JSON.stringify(this.fields.map(([name, usual]) => (isUsual(document[name], usual) ? null : document[name])));
  }

  /** No field of a document is null: null stands for what is as it mostly is. */
  unpack(text: string): T {
    const values = JSON.parse(text) as readonly unknown[];
    const document: Record<string, unknown> = {};
    for (const [index, [name, usual]] of this.fields.entries()) {
      const value = values[index] ?? usual;
      if (value !== undefined) document[name] = value;
    }
    return document as T;
  }
}

function isUsual(value: unknown, usual: unknown): boolean {
  if (value === usual) return true;
  if (typeof value !== 'object' || typeof usual !== 'object' || value === null) return false;
  return Object.keys(value).length === 0;
}

export const packedWorkflow = new Packing<WorkflowDocument>(usualWorkflow);
export const packedTask = new Packing<TaskDocument>(usualTask);

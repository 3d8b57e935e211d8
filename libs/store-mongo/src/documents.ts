/**
 * What the collections hold. The document itself is JSON text: as BSON, a user's payload could stop the projector (a NUL in
 * a key, a field `_bsontype`, a hundred levels). Beside it stand only the fields that are searched or sorted by.
 */
import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import type { WorkflowField, WorkflowSortField } from '@dacapo/ports';
import { keyOf, optionalKeyOf } from './key.js';

export interface StoredWorkflow {
  readonly _id: string;
  readonly seq: number;
  readonly workflowType: string;
  readonly version: number;
  readonly status: string;
  readonly correlationId?: string;
  readonly parentWorkflowId?: string;
  readonly startTime: number;
  readonly updateTime: number;
  readonly endTime?: number;
  /** Taken out of every view: no search finds it. */
  readonly removed?: true;
  readonly document: string;
}

export interface StoredTask {
  readonly _id: string;
  readonly seq: number;
  readonly workflowId: string;
  readonly taskSeq: number;
  readonly ready: boolean;
  readonly partition: number;
  readonly document: string;
}

type FieldName<F extends string> = Readonly<Record<F, keyof StoredWorkflow>>;

export const searchedAs: FieldName<WorkflowField> = {
  workflowId: '_id',
  workflowType: 'workflowType',
  version: 'version',
  status: 'status',
  correlationId: 'correlationId',
  parentWorkflowId: 'parentWorkflowId',
};

export const sortedAs: FieldName<WorkflowSortField> = {
  startTime: 'startTime',
  updateTime: 'updateTime',
  endTime: 'endTime',
  workflowId: '_id',
  workflowType: 'workflowType',
  status: 'status',
};

/** Absent values are left out by the client's `ignoreUndefined`. */
export function storedWorkflow(workflow: WorkflowDocument): StoredWorkflow {
  return {
    _id: keyOf(workflow.workflowId),
    seq: workflow.seq,
    workflowType: keyOf(workflow.name),
    version: workflow.version,
    status: workflow.status,
    correlationId: optionalKeyOf(workflow.correlationId),
    parentWorkflowId: optionalKeyOf(workflow.parent?.workflowId),
    startTime: workflow.createTime,
    updateTime: workflow.updateTime,
    endTime: workflow.endTime,
    removed: workflow.isRemoved,
    document: JSON.stringify(workflow),
  };
}

export function storedTask(task: TaskDocument): StoredTask {
  return {
    _id: keyOf(task.taskId),
    seq: task.seq,
    workflowId: keyOf(task.workflowId),
    taskSeq: task.taskSeq,
    ready: task.ready,
    partition: task.partition,
    document: JSON.stringify(task),
  };
}

export function workflowOf(stored: Pick<StoredWorkflow, 'document'>): WorkflowDocument {
  return JSON.parse(stored.document) as WorkflowDocument;
}

export function taskOf(stored: Pick<StoredTask, 'document'>): TaskDocument {
  return JSON.parse(stored.document) as TaskDocument;
}

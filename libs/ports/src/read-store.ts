import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';

export type WorkflowField = 'workflowId' | 'workflowType' | 'version' | 'status' | 'correlationId' | 'parentWorkflowId';
export type WorkflowSortField = 'startTime' | 'updateTime' | 'endTime' | 'workflowId' | 'workflowType' | 'status';

/** All conditions must hold; a condition holds when the field is one of the values. */
export interface WorkflowQuery {
  readonly conditions: readonly { readonly field: WorkflowField; readonly values: readonly string[] }[];
  readonly sort: readonly { readonly field: WorkflowSortField; readonly descending: boolean }[];
  readonly start: number;
  readonly size: number;
}

export interface WorkflowPage {
  readonly totalHits: number;
  readonly results: readonly WorkflowDocument[];
}

/** How far a reader of the events log has come, by name and partition: the next offset and the fence's epoch. */
export interface ReaderCheckpoint {
  readonly offset: number;
  readonly epoch: number;
}

export interface ProjectionWrite {
  readonly workflows: readonly WorkflowDocument[];
  readonly tasks: readonly TaskDocument[];
  readonly checkpoint: { readonly reader: string; readonly partition: number } & ReaderCheckpoint;
}

/**
 * The read models. A document replaces the stored one only if its `seq` is higher, so that writing twice, or an older one late, is
 * harmless. Documents first, then the checkpoint: data may be newer than its checkpoint, never older.
 */
export interface ReadStore {
  write(batch: ProjectionWrite): Promise<void>;
  workflow(workflowId: string): Promise<WorkflowDocument | undefined>;
  workflows(workflowIds: readonly string[]): Promise<ReadonlyMap<string, WorkflowDocument>>;
  task(taskId: string): Promise<TaskDocument | undefined>;
  tasks(taskIds: readonly string[]): Promise<ReadonlyMap<string, TaskDocument>>;
  /** All tasks of the workflow by `taskSeq`. */
  tasksOf(workflowId: string): Promise<readonly TaskDocument[]>;
  /** Tasks that may be handed out (`ready`), oldest first. */
  readyTasks(partitions: readonly number[]): Promise<readonly TaskDocument[]>;
  search(query: WorkflowQuery): Promise<WorkflowPage>;
  checkpoint(reader: string, partition: number): Promise<ReaderCheckpoint | undefined>;
  saveCheckpoint(reader: string, partition: number, checkpoint: ReaderCheckpoint): Promise<void>;
  close(): Promise<void>;
}

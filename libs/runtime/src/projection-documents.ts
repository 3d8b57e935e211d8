/** The documents that the projection works on: at hand while their workflow is open, otherwise read from the store; folded, never written here. */
import { invariant, type TaskDocument, type WorkflowDocument } from '@dacapo/contracts';
import type { ReadStore, StoredEvent } from '@dacapo/ports';
import { type OwnOutputs, projectTask, projectWorkflow, tasksOf } from '@dacapo/projections';

import { limits } from './limits.js';
import type { Log } from './log.js';

export interface Documents {
  readonly workflows: readonly WorkflowDocument[];
  readonly tasks: readonly TaskDocument[];
}

/** What the events of one call have led to so far. */
interface Batch {
  readonly workflows: Map<string, WorkflowDocument>;
  readonly tasks: Map<string, TaskDocument>;
  readonly own: OwnOutputs;
}

export class ProjectionDocuments {
  private readonly workflows = new Map<string, WorkflowDocument>();
  private readonly tasks = new Map<string, TaskDocument>();
  private readonly parked = new Set<string>();

  constructor(
    private readonly store: ReadStore,
    private readonly log: Log,
  ) {}

  /** The documents that the events change, each once, as they are after the last of them. */
  async fold(partition: number, events: readonly StoredEvent[]): Promise<Documents> {
    await this.fetch(events);
    const workflows = new Map<string, WorkflowDocument>();
    const tasks = new Map<string, TaskDocument>();
    // Made here and seen by nobody before the end.
    const own: OwnOutputs = new WeakSet();
    for (const stored of events) {
      if (this.parked.has(stored.event.workflowId)) continue;
      try {
        this.apply(stored, partition, { workflows, tasks, own });
      } catch (error) {
        this.park(stored.event.workflowId, error);
      }
    }
    for (const [id, document] of workflows) this.keep(this.workflows, id, document, document.endTime === undefined);
    for (const [id, document] of tasks)
      this.keep(this.tasks, id, document, document.endTime === 0 && document.isRemoved !== true);
    return { workflows: [...workflows.values()], tasks: [...tasks.values()] };
  }

  private apply({ event, offset }: StoredEvent, partition: number, { workflows, tasks, own }: Batch): void {
    const place = { partition, offset };
    const workflow = workflows.get(event.workflowId) ?? this.workflows.get(event.workflowId);
    const seq = workflow?.seq ?? 0;
    invariant(
      event.seq <= seq + 1,
      `I21 event ${event.seq} of workflow ${event.workflowId} follows its document at ${seq}`,
    );
    if (event.seq > seq) workflows.set(event.workflowId, projectWorkflow(workflow, event, place));
    for (const taskId of tasksOf(event)) {
      const task = tasks.get(taskId) ?? this.tasks.get(taskId);
      if (event.seq > (task?.seq ?? 0)) tasks.set(taskId, projectTask(task, event, place, own));
    }
  }

  /** Its documents stay as they are, with an alarm: one workflow must not hold up the read model of all. */
  park(workflowId: string, error: unknown): void {
    this.parked.add(workflowId);
    this.log.error({ workflowId, error }, 'the read model cannot follow a workflow; its documents stay as they are');
  }

  get parkedCount(): number {
    return this.parked.size;
  }

  /** What was folded but not written before a failure must be folded again. */
  clear(): void {
    this.workflows.clear();
    this.tasks.clear();
    this.parked.clear();
  }

  /** Documents that are not at hand and that the batch does not begin itself. */
  private async fetch(events: readonly StoredEvent[]): Promise<void> {
    const known = new Set<string>();
    const workflowIds = new Set<string>();
    const taskIds = new Set<string>();
    for (const { event } of events) {
      if (event.seq === 1) known.add(event.workflowId);
      else if (!known.has(event.workflowId) && !this.workflows.has(event.workflowId)) workflowIds.add(event.workflowId);
      const isBeginning = event.type === 'TaskScheduled' || event.type === 'RetryScheduled';
      for (const taskId of tasksOf(event)) {
        if (known.has(taskId)) continue;
        if (isBeginning) known.add(taskId);
        else if (!this.tasks.has(taskId)) taskIds.add(taskId);
      }
    }
    if (workflowIds.size > 0)
      for (const [id, document] of await this.store.workflows([...workflowIds])) this.workflows.set(id, document);
    if (taskIds.size > 0)
      for (const [id, document] of await this.store.tasks([...taskIds])) this.tasks.set(id, document);
  }

  private keep<T>(documents: Map<string, T>, id: string, document: T, isOpen: boolean): void {
    documents.delete(id);
    if (isOpen) documents.set(id, document);
  }

  /** Least recently changed first: a document that is needed again is read from the store. */
  forget(): void {
    for (const documents of [this.workflows, this.tasks]) {
      for (const id of documents.keys()) {
        if (documents.size <= limits.projectionDocuments) break;
        documents.delete(id);
      }
    }
  }
}

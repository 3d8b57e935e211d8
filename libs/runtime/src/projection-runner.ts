/**
 * Keeps the read model: folds what has come in while the last write was under way, one document per workflow and per task, and writes it at
 * once together with the position. A slow or absent store delays the read model and nothing else.
 */
import { admit, type Fence, isDaCapoError, type TaskDocument, type WorkflowDocument } from '@dacapo/contracts';
import {
  type Clock,
  type EventBatch,
  type Journal,
  reachCrashPoint,
  type ReadStore,
  type StoredEvent,
  type Subscription,
} from '@dacapo/ports';
import { projectTask, projectWorkflow, taskOf } from '@dacapo/projections';

import { limits } from './limits.js';
import type { Log } from './log.js';

export const projectionReader = 'projection';

interface Options {
  readonly journal: Journal;
  readonly store: ReadStore;
  readonly partitions: readonly number[];
  readonly clock: Clock;
  readonly log: Log;
  /** Least time between two writes of a partition, milliseconds; default 100. */
  readonly gatherMs?: number;
  readonly onProjected?: (partition: number, nextOffset: number) => void;
}

export class ProjectionRunner {
  private readonly fences = new Map<number, Fence>();
  private readonly workflows = new Map<string, WorkflowDocument>();
  private readonly tasks = new Map<string, TaskDocument>();
  private subscription: Subscription | undefined;
  private stopped = false;
  private isWaitingForStore = false;
  /** Events written into the read model since the start. */
  projected = 0;

  constructor(private readonly options: Options) {}

  async start(onFailure: (error: unknown) => void): Promise<void> {
    // After a failure in one partition another one may still be writing: its older documents must not come behind newer ones.
    await this.subscription?.close();
    const from = new Map<number, number>();
    // What was folded but not written before a failure must be folded again.
    this.workflows.clear();
    this.tasks.clear();
    for (const partition of this.options.partitions) {
      const checkpoint = await this.options.store.checkpoint(projectionReader, partition);
      from.set(partition, checkpoint?.offset ?? 0);
      this.fences.set(partition, { epoch: checkpoint?.epoch ?? 0 });
    }
    this.subscription = await this.options.journal.follow(from, (batch) => this.take(batch), onFailure);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.subscription?.close();
  }

  private async take(batch: EventBatch): Promise<void> {
    const events = this.admitted(batch);
    const documents = await this.untilDone(() => this.fold(batch.partition, events));
    if (documents === undefined) return;
    const epoch = this.fences.get(batch.partition)?.epoch ?? 0;
    const checkpoint = { reader: projectionReader, partition: batch.partition, offset: batch.nextOffset, epoch };
    reachCrashPoint('projection:before');
    await this.untilDone(() => this.options.store.write({ ...documents, checkpoint }));
    reachCrashPoint('projection:after');
    this.projected += events.length;
    this.forget();
    if (this.stopped) return;
    this.options.onProjected?.(batch.partition, batch.nextOffset);
    await this.gather();
  }

  /** Lets events come together: a workflow that begins and ends meanwhile is written once. Reads do not wait for it (views.ts). */
  private async gather(): Promise<void> {
    const { clock, gatherMs = limits.projectionGatherMs } = this.options;
    if (gatherMs > 0) await new Promise<void>((resolve) => clock.at(clock.now() + gatherMs, resolve));
  }

  private admitted({ partition, events }: EventBatch): readonly StoredEvent[] {
    let fence = this.fences.get(partition) ?? { epoch: 0 };
    const admitted = events.filter(({ event }) => {
      const admission = admit(fence, event);
      if (admission.admitted) fence = admission.fence;
      return admission.admitted && event.seq > 0;
    });
    this.fences.set(partition, fence);
    return admitted;
  }

  /** The documents that the events change, each once, as they are after the last of them. */
  private async fold(
    partition: number,
    events: readonly StoredEvent[],
  ): Promise<{ workflows: readonly WorkflowDocument[]; tasks: readonly TaskDocument[] }> {
    await this.fetch(events);
    const workflows = new Map<string, WorkflowDocument>();
    const tasks = new Map<string, TaskDocument>();
    for (const { event, offset } of events) {
      const place = { partition, offset };
      const workflow = workflows.get(event.workflowId) ?? this.workflows.get(event.workflowId);
      if (event.seq > (workflow?.seq ?? 0)) workflows.set(event.workflowId, projectWorkflow(workflow, event, place));
      const taskId = taskOf(event);
      if (taskId === undefined) continue;
      const task = tasks.get(taskId) ?? this.tasks.get(taskId);
      if (event.seq > (task?.seq ?? 0)) tasks.set(taskId, projectTask(task, event, place));
    }
    for (const [id, document] of workflows) this.keep(this.workflows, id, document, document.endTime === undefined);
    for (const [id, document] of tasks) this.keep(this.tasks, id, document, document.endTime === 0);
    return { workflows: [...workflows.values()], tasks: [...tasks.values()] };
  }

  /** Documents that are not at hand and that the batch does not begin itself. */
  private async fetch(events: readonly StoredEvent[]): Promise<void> {
    const known = new Set<string>();
    const workflowIds = new Set<string>();
    const taskIds = new Set<string>();
    for (const { event } of events) {
      if (event.seq === 1) known.add(event.workflowId);
      else if (!known.has(event.workflowId) && !this.workflows.has(event.workflowId)) workflowIds.add(event.workflowId);
      const taskId = taskOf(event);
      if (taskId === undefined || known.has(taskId)) continue;
      if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled') known.add(taskId);
      else if (!this.tasks.has(taskId)) taskIds.add(taskId);
    }
    if (workflowIds.size > 0)
      for (const [id, document] of await this.options.store.workflows([...workflowIds]))
        this.workflows.set(id, document);
    if (taskIds.size > 0)
      for (const [id, document] of await this.options.store.tasks([...taskIds])) this.tasks.set(id, document);
  }

  private keep<T>(documents: Map<string, T>, id: string, document: T, isOpen: boolean): void {
    documents.delete(id);
    if (isOpen) documents.set(id, document);
  }

  /** Least recently changed first: a document that is needed again is read from the store. */
  private forget(): void {
    for (const documents of [this.workflows, this.tasks]) {
      for (const id of documents.keys()) {
        if (documents.size <= limits.projectionDocuments) break;
        documents.delete(id);
      }
    }
  }

  /** The store may be away for hours: the runner waits, says so once, and loses nothing. */
  private async untilDone<T>(call: () => Promise<T>): Promise<T | undefined> {
    while (!this.stopped) {
      try {
        const result = await call();
        if (this.isWaitingForStore) this.options.log.info({}, 'the read store answers again');
        this.isWaitingForStore = false;
        return result;
      } catch (error) {
        if (!isDaCapoError(error) || !error.retryable) throw error;
        if (!this.isWaitingForStore)
          this.options.log.warn({ error }, 'the read store is away; the read model waits for it');
        this.isWaitingForStore = true;
        const { clock } = this.options;
        await new Promise<void>((resolve) => clock.at(clock.now() + limits.retryMs, resolve));
      }
    }
    return undefined;
  }
}

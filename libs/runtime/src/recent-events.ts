/**
 * Events that the read model may not have yet, by workflow. A document from the store plus these is the document as of now, on any gateway:
 * that is how a client reads its own writes without waiting for the projection.
 */
import type { WorkflowDocument } from '@dacapo/contracts';
import { isLimitId } from '@dacapo/engine';
import type { StoredEvent } from '@dacapo/ports';

import type { FeedListener } from './event-feed.js';
import { limits } from './limits.js';

/** What one workflow has done lately. */
interface Backlog {
  readonly events: Queue<StoredEvent>;
  document: WorkflowDocument | undefined;
}

const none: readonly StoredEvent[] = [];

export class RecentEvents implements FeedListener {
  private readonly byWorkflow = new Map<string, Backlog>();
  private readonly workflowOfTask = new Map<string, string>();
  private readonly byPartition = new Map<number, Queue<StoredEvent>>();
  private count = 0;

  onEvent(stored: StoredEvent, partition: number): void {
    const { event } = stored;
    if (event.seq === 0 || isLimitId(event.workflowId)) return;
    let backlog = this.byWorkflow.get(event.workflowId);
    if (backlog === undefined)
      this.byWorkflow.set(event.workflowId, (backlog = { events: new Queue(), document: undefined }));
    backlog.events.push(stored);
    if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled')
      this.workflowOfTask.set(event.data.taskId, event.workflowId);
    let queue = this.byPartition.get(partition);
    if (queue === undefined) this.byPartition.set(partition, (queue = new Queue()));
    queue.push(stored);
    this.count += 1;
    if (this.count > limits.recentEvents) this.drop(queue);
  }

  /** Oldest first; empty when the read model has everything. */
  of(workflowId: string): readonly StoredEvent[] {
    return this.byWorkflow.get(workflowId)?.events.all() ?? none;
  }

  /** The document as it was when it was last asked for: who asks again folds only what has come since. */
  folded(workflowId: string): WorkflowDocument | undefined {
    return this.byWorkflow.get(workflowId)?.document;
  }

  /** Kept as long as there are recent events of the workflow. */
  keepFolded(document: WorkflowDocument): void {
    const backlog = this.byWorkflow.get(document.workflowId);
    if (backlog !== undefined && document.seq > (backlog.document?.seq ?? 0)) backlog.document = document;
  }

  workflowOf(taskId: string): string | undefined {
    return this.workflowOfTask.get(taskId);
  }

  get size(): number {
    return this.count;
  }

  /** The read model has the partition's events before this offset. */
  projected(partition: number, nextOffset: number): void {
    const queue = this.byPartition.get(partition);
    while (queue?.first !== undefined && queue.first.offset < nextOffset) this.drop(queue);
  }

  private drop(queue: Queue<StoredEvent>): void {
    const event = queue.shift()?.event;
    if (event === undefined) return;
    this.count -= 1;
    const events = this.byWorkflow.get(event.workflowId)?.events;
    events?.shift();
    if (events?.first === undefined) this.byWorkflow.delete(event.workflowId);
    if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled')
      this.workflowOfTask.delete(event.data.taskId);
  }
}

/** A queue whose front is an index: shifting a long array would copy it. */
class Queue<T> {
  private entries: T[] = [];
  private front = 0;

  get first(): T | undefined {
    return this.entries[this.front];
  }

  /** What a reader holds never gets shorter. */
  all(): readonly T[] {
    return this.front === 0 ? this.entries : this.entries.slice(this.front);
  }

  push(entry: T): void {
    this.entries.push(entry);
  }

  shift(): T | undefined {
    const entry = this.entries[this.front++];
    if (this.front > 1024 && this.front * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.front);
      this.front = 0;
    }
    return entry;
  }
}

/**
 * Events that the read model may not have yet, by workflow. A document from the store plus these is the document as of now, on any gateway:
 * that is how a client reads its own writes without waiting for the projection.
 */
import { isLimitId } from '@dacapo/engine';
import type { StoredEvent } from '@dacapo/ports';

import type { FeedListener } from './event-feed.js';
import { limits } from './limits.js';

interface Entry {
  readonly offset: number;
  readonly stored: StoredEvent;
}

export class RecentEvents implements FeedListener {
  private readonly byWorkflow = new Map<string, StoredEvent[]>();
  private readonly workflowOfTask = new Map<string, string>();
  private readonly byPartition = new Map<number, Queue>();
  private count = 0;

  onEvent(stored: StoredEvent, partition: number): void {
    const { event, offset } = stored;
    if (event.seq === 0 || isLimitId(event.workflowId)) return;
    const events = this.byWorkflow.get(event.workflowId);
    if (events === undefined) this.byWorkflow.set(event.workflowId, [stored]);
    else events.push(stored);
    if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled')
      this.workflowOfTask.set(event.data.taskId, event.workflowId);
    let queue = this.byPartition.get(partition);
    if (queue === undefined) this.byPartition.set(partition, (queue = new Queue()));
    queue.push({ offset, stored });
    this.count += 1;
    if (this.count > limits.recentEvents) this.drop(queue);
  }

  /** Oldest first; empty when the read model has everything. */
  of(workflowId: string): readonly StoredEvent[] {
    return this.byWorkflow.get(workflowId) ?? [];
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

  private drop(queue: Queue): void {
    const entry = queue.shift();
    if (entry === undefined) return;
    this.count -= 1;
    const { event } = entry.stored;
    const events = this.byWorkflow.get(event.workflowId);
    // Lists handed to a reader stay as they are: a shorter one takes their place.
    if (events === undefined || events.length <= 1) this.byWorkflow.delete(event.workflowId);
    else this.byWorkflow.set(event.workflowId, events.slice(1));
    if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled')
      this.workflowOfTask.delete(event.data.taskId);
  }
}

/** A queue whose front is an index: shifting a long array would copy it. */
class Queue {
  private entries: Entry[] = [];
  private front = 0;

  get first(): Entry | undefined {
    return this.entries[this.front];
  }

  push(entry: Entry): void {
    this.entries.push(entry);
  }

  shift(): Entry | undefined {
    const entry = this.entries[this.front++];
    if (this.front > 1024 && this.front * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.front);
      this.front = 0;
    }
    return entry;
  }
}

/**
 * What the dispatcher knows of open tasks: the documents of those that go to Kafka. A task that is offered later was scheduled long ago
 * perhaps; then its document comes from the read model, or from the log when that is not so far.
 */
import type { Event, TaskDocument } from '@dacapo/contracts';
import type { Journal, ReadStore, StoredEvent } from '@dacapo/ports';
import { projectTask, taskOf } from '@dacapo/projections';

import { limits } from '../limits.js';

/** A worker task that is polled for, or one that nobody works on. */
const notOurs = null;

export class OpenTasks {
  /** Least recently changed first. */
  private readonly known = new Map<string, TaskDocument | typeof notOurs>();

  constructor(
    private readonly store: Pick<ReadStore, 'task' | 'workflow'>,
    private readonly journal: Pick<Journal, 'history'>,
  ) {}

  /** They were taken out of every view: nobody is to work on them. */
  remove(taskIds: readonly string[]): void {
    for (const taskId of taskIds) this.known.delete(taskId);
  }

  /** The document of the task that the event is about, if it goes to Kafka, as it is after the event or later. */
  async after(stored: StoredEvent, partition: number): Promise<TaskDocument | undefined> {
    const { event, offset } = stored;
    const taskId = taskOf(event);
    if (taskId === undefined) return undefined;
    const place = { partition, offset };
    let before = this.known.get(taskId);
    if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled') {
      if (event.data.queue === undefined) return undefined;
      return this.keep(taskId, event.data.delivery === 'kafka' ? projectTask(undefined, event, place) : notOurs);
    }
    // Only an offer makes an unknown task interesting.
    if (before === undefined) {
      if (!isOffer(event)) return undefined;
      return this.keep(taskId, await this.fetch(stored, taskId, partition));
    }
    if (before !== notOurs && event.seq > before.seq) before = projectTask(before, event, place);
    return this.keep(taskId, before);
  }

  clear(): void {
    this.known.clear();
  }

  private keep(taskId: string, document: TaskDocument | typeof notOurs): TaskDocument | undefined {
    this.known.delete(taskId);
    if (document === notOurs || isOpen(document)) this.known.set(taskId, document);
    if (this.known.size > limits.openTasks) this.known.delete(this.known.keys().next().value ?? '');
    return document ?? undefined;
  }

  private async fetch({ event, offset }: StoredEvent, taskId: string, partition: number): Promise<TaskDocument | null> {
    const document = await this.store.task(taskId);
    if (document?.isRemoved === true) return notOurs;
    const isLate = document !== undefined && document.seq >= event.seq;
    // How a DYNAMIC task goes to its workers is known when it is queued, and not before.
    if (document !== undefined && document.delivery !== 'kafka' && (isLate || event.type !== 'TaskQueued'))
      return notOurs;
    if (isLate) return document;
    return this.fromLog(event.workflowId, taskId, { partition, offset });
  }

  private async fromLog(
    workflowId: string,
    taskId: string,
    place: { readonly partition: number; readonly offset: number },
  ): Promise<TaskDocument | null> {
    const workflow = await this.store.workflow(workflowId);
    const range = workflow === undefined ? undefined : { from: workflow.firstOffset, to: place.offset };
    let document: TaskDocument | undefined;
    for (const { events } of await this.journal.history(workflowId, range)) {
      for (const { event, offset } of events) {
        if (offset <= place.offset && taskOf(event) === taskId)
          document = projectTask(document, event, { partition: place.partition, offset });
      }
    }
    return document?.delivery === 'kafka' ? document : notOurs;
  }
}

export function isOffer(event: Event): boolean {
  if (event.type === 'TaskOffered' || event.type === 'TaskQueued') return true;
  return event.type === 'TaskProgressed' && event.data.status === 'SCHEDULED';
}

function isOpen({ status }: TaskDocument): boolean {
  return status === 'SCHEDULED' || status === 'IN_PROGRESS';
}

/** Reads: the stored document brought up to now with the events that the projection has not written yet. */
import { type Event, isDaCapoError, partitionOf, type TaskDocument, type WorkflowDocument } from '@dacapo/contracts';
import { isLimitId } from '@dacapo/engine';
import type { Journal, ReadStore, StoredEvent, WorkflowPage, WorkflowQuery } from '@dacapo/ports';
import { type OwnOutputs, projectTask, projectWorkflow, taskOf, tasksOf } from '@dacapo/projections';

import type { RecentEvents } from './recent-events.js';

export interface Execution {
  readonly workflow: WorkflowDocument;
  /** By `taskSeq`. */
  readonly tasks: readonly TaskDocument[];
}

export class Views {
  constructor(
    private readonly store: ReadStore,
    private readonly recent: RecentEvents,
    private readonly journal: Journal,
  ) {}

  /** What was removed is not there, unless it was archived. */
  async workflow(workflowId: string): Promise<WorkflowDocument | undefined> {
    const document = await this.document(workflowId);
    return document === undefined || isGone(document) ? undefined : document;
  }

  private async document(workflowId: string): Promise<WorkflowDocument | undefined> {
    const events = this.recent.of(workflowId);
    const folded = this.recent.folded(workflowId);
    const reaches = folded !== undefined && isContiguous(folded.seq, events);
    const begun = reaches ? folded : isWhole(events) ? undefined : await this.store.workflow(workflowId);
    if (!isContiguous(begun?.seq ?? 0, events)) return (await this.fromLog(workflowId))?.workflow;
    const document = foldWorkflow(begun, events, this.partition(workflowId));
    if (document !== undefined) this.recent.keepFolded(document);
    return document;
  }

  /** Certain that there is no such workflow. A store that is away knows nothing for certain. */
  async isUnknown(workflowId: string): Promise<boolean> {
    if (this.recent.of(workflowId).length > 0) return false;
    try {
      return (await this.store.workflow(workflowId)) === undefined && this.recent.of(workflowId).length === 0;
    } catch (error) {
      if (isDaCapoError(error) && error.retryable) return false;
      throw error;
    }
  }

  async execution(workflowId: string): Promise<Execution | undefined> {
    const execution = await this.wholeExecution(workflowId);
    return execution === undefined || isGone(execution.workflow) ? undefined : execution;
  }

  private async wholeExecution(workflowId: string): Promise<Execution | undefined> {
    const events = this.recent.of(workflowId);
    if (isWhole(events)) return foldExecution(undefined, [], events, this.partition(workflowId));
    const stored = await this.store.workflow(workflowId);
    if (!isContiguous(stored?.seq ?? 0, events)) return this.fromLog(workflowId);
    return foldExecution(stored, await this.store.tasksOf(workflowId), events, this.partition(workflowId));
  }

  /** Undefined also for one that was removed. Who knows the workflow spares the first of two reads. */
  async task(taskId: string, knownWorkflowId?: string): Promise<TaskDocument | undefined> {
    const task = await this.anyTask(taskId, knownWorkflowId);
    return task?.isRemoved === true ? undefined : task;
  }

  private async anyTask(taskId: string, knownWorkflowId: string | undefined): Promise<TaskDocument | undefined> {
    const recent = this.recent.workflowOf(taskId);
    // Its scheduling is among the recent events, so all of its events are.
    if (recent !== undefined) return foldTask(undefined, this.recent.of(recent), taskId, this.partition(recent));
    const workflowId = knownWorkflowId ?? (await this.store.task(taskId))?.workflowId ?? this.recent.workflowOf(taskId);
    if (workflowId === undefined) return undefined;
    // Taken before the document is read: what the read model takes over meanwhile is in one of the two.
    const before = this.recent.of(workflowId);
    const stored = await this.store.task(taskId);
    const partition = this.partition(workflowId);
    return foldTask(foldTask(stored, before, taskId, partition), this.recent.of(workflowId), taskId, partition);
  }

  /** The workflow as it was right after its event `seq`, folded from the log. */
  async at(workflowId: string, seq: number): Promise<Execution | undefined> {
    if (isLimitId(workflowId)) return undefined;
    const events = await this.events(workflowId);
    if (seq < 1 || seq > events.length) return undefined;
    return foldExecution(undefined, [], events.slice(0, seq), this.partition(workflowId));
  }

  /** All events of a workflow in order, as they stand in the log. */
  async events(workflowId: string): Promise<readonly StoredEvent[]> {
    const history = await this.journal.history(workflowId, await this.range(workflowId));
    return inOrder(history.flatMap((entry) => entry.events));
  }

  /** Where the events of a workflow lie in their partition, as far as this process knows. */
  async range(workflowId: string): Promise<{ readonly from: number; readonly to: number } | undefined> {
    const document = await this.document(workflowId);
    return document === undefined ? undefined : { from: document.firstOffset, to: document.lastOffset };
  }

  search(query: WorkflowQuery): Promise<WorkflowPage> {
    return this.store.search(query);
  }

  partition(workflowId: string): number {
    return partitionOf(workflowId, this.journal.partitionCount);
  }

  private async fromLog(workflowId: string): Promise<Execution | undefined> {
    const history = await this.journal.history(workflowId);
    const events = inOrder(history.flatMap((entry) => entry.events));
    return events.length === 0 ? undefined : foldExecution(undefined, [], events, this.partition(workflowId));
  }
}

/** A seq that was there already is the repeat of a stale owner. */
function inOrder(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let seq = 0;
  return events.filter(({ event }) => {
    if (event.seq <= seq) return false;
    seq = event.seq;
    return true;
  });
}

function isGone({ isRemoved, isArchived }: WorkflowDocument): boolean {
  return isRemoved === true && isArchived !== true;
}

function isWhole(events: readonly StoredEvent[]): boolean {
  return events[0]?.event.seq === 1;
}

function isContiguous(seq: number, events: readonly StoredEvent[]): boolean {
  const first = events[0]?.event.seq;
  return first === undefined || first <= seq + 1;
}

function foldWorkflow(
  stored: WorkflowDocument | undefined,
  events: readonly StoredEvent[],
  partition: number,
): WorkflowDocument | undefined {
  let document = stored;
  for (const { event, offset } of events) {
    if (event.seq > (document?.seq ?? 0)) document = projectWorkflow(document, event, { partition, offset });
  }
  return document;
}

function isAbout(event: Event, taskId: string): boolean {
  return event.type === 'TasksRemoved' ? event.data.taskIds.includes(taskId) : taskOf(event) === taskId;
}

function foldTask(
  stored: TaskDocument | undefined,
  events: readonly StoredEvent[],
  taskId: string,
  partition: number,
): TaskDocument | undefined {
  let document = stored;
  const own: OwnOutputs = new WeakSet();
  for (const { event, offset } of events) {
    if (isAbout(event, taskId) && event.seq > (document?.seq ?? 0))
      document = projectTask(document, event, { partition, offset }, own);
  }
  return document;
}

function foldExecution(
  stored: WorkflowDocument | undefined,
  storedTasks: readonly TaskDocument[],
  events: readonly StoredEvent[],
  partition: number,
): Execution | undefined {
  const workflow = foldWorkflow(stored, events, partition);
  if (workflow === undefined) return undefined;
  const tasks = new Map(storedTasks.map((task) => [task.taskId, task]));
  const own: OwnOutputs = new WeakSet();
  for (const { event, offset } of events) {
    for (const taskId of tasksOf(event)) {
      const task = tasks.get(taskId);
      if (event.seq > (task?.seq ?? 0)) tasks.set(taskId, projectTask(task, event, { partition, offset }, own));
    }
  }
  const shown = [...tasks.values()].filter(({ isRemoved }) => isRemoved !== true);
  return { workflow, tasks: shown.toSorted((a, b) => a.taskSeq - b.taskSeq) };
}

/**
 * Tasks that workers may take, and polls that wait for one. Built from the read model at start and from the events since; no database stands
 * in the way of a poll. Highest priority first, then oldest. A poll that finds nothing is parked and woken by the event that brings its task.
 */
import { type Event, type EventNamed, type Grant, type TaskDocument } from '@dacapo/contracts';
import type { StoredEvent } from '@dacapo/ports';
import { projectTask, taskOf } from '@dacapo/projections';

import { AskedPermits } from './asked-permits.js';
import { DomainGroups, keyOf } from './domain-groups.js';
import type { FeedListener } from './event-feed.js';
import type { KeptTasks } from './kept-tasks.js';
import { ReadyQueue } from './ready-queue.js';

/** A worker's long poll while it waits. */
export interface ParkedPoll {
  readonly pollId: string;
  readonly queue: string;
  readonly domain: string | undefined;
  readonly workerId: string;
  /** Tasks that it can still take. */
  wanted: number;
  /** Tasks that a decision has promised it, and that have not arrived yet. */
  promised: number;
  /** A task that was started for this poll. */
  onTask(task: TaskDocument): void;
  /** A task that it had been promised waits for a permit instead: it may try to claim another one. */
  onWithdrawn(): void;
  /** Tasks of its type may be ready: it may try to claim some. */
  onReady(): void;
}

export class ReadyIndex implements FeedListener {
  private readonly queues = new Map<string, ReadyQueue>();
  private readonly groups: DomainGroups;
  /** Tasks that wait for a worker, ready or delayed. Started ones leave: whoever gets them back fetches them anew. */
  private readonly tasks = new Map<string, TaskDocument>();
  private readonly polls = new Map<string, Set<ParkedPoll>>();
  private readonly pollsById = new Map<string, ParkedPoll>();
  private readonly woken = new Set<string>();
  /** Tasks that were started for a poll of this process and whose documents are on their way, with the poll's id. */
  private readonly owed = new Map<string, string>();
  /** Tasks that a poll of this process has claimed and whose permits are asked for. */
  private readonly asked = new AskedPermits();
  private readonly disappointed = new Set<ParkedPoll>();

  constructor(
    /** A task was started for a poll of this process that has gone meanwhile. */
    private readonly onOrphan: (task: TaskDocument) => void,
    /** A task is offered, or started for a poll of this process, whose document this index does not have: whoever listens fetches it and calls `add`. */
    private readonly onUnknown: (taskId: string, workflowId: string) => void,
    private readonly isOwnPoll: (pollId: string) => boolean,
    /** Epoch milliseconds: says which domains are polled. */
    now: () => number,
    /** Which queues it keeps at all. */
    private readonly accepts: (queue: string) => boolean = () => true,
    /** Tasks for workers that are about to ask. */
    private readonly kept?: KeptTasks,
  ) {
    this.groups = new DomainGroups(now);
  }

  /** A worker asks for a type: tasks that may go to several domains are offered to him from now on, if his comes first. */
  polled(queue: string, domain: string | undefined, count = 1): void {
    this.groups.polled(queue, domain);
    this.kept?.polled(queue, domain, count);
  }

  /** Enters a task of the read model. */
  add(task: TaskDocument): void {
    const known = this.tasks.get(task.taskId);
    if (known !== undefined && known.seq >= task.seq) return;
    if (!this.accepts(task.queue ?? '')) return;
    this.put(task);
    this.payOff(task);
    this.onBatchEnd();
  }

  onEvent({ event, offset }: StoredEvent, partition: number): void {
    if (event.type === 'TasksRemoved') return this.remove(event.data.taskIds);
    const taskId = taskOf(event);
    if (taskId === undefined) return this.onOther(event);
    if (event.type === 'PermitRequested') this.promise(event);
    if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled') {
      const { queue } = event.data;
      if (queue !== undefined && this.accepts(queue)) this.put(projectTask(undefined, event, { partition, offset }));
      return;
    }
    const known = this.tasks.get(taskId);
    if (known === undefined) {
      const pollId = event.type === 'TaskStarted' ? event.data.pollId : undefined;
      const isOwed = pollId !== undefined && this.isOwnPoll(pollId);
      if (isOwed) this.owed.set(taskId, pollId);
      const isOffered = event.type === 'TaskProgressed' && event.data.status === 'SCHEDULED';
      const isQueued = event.type === 'TaskOffered' || event.type === 'TaskQueued';
      if (isOwed || isOffered || isQueued) this.onUnknown(taskId, event.workflowId);
      return;
    }
    if (event.seq <= known.seq) return;
    const task = projectTask(known, event, { partition, offset });
    this.put(task);
    if (event.type === 'TaskStarted' && event.data.pollId !== undefined) this.deliver(event.data.pollId, task);
  }

  onBatchEnd(): void {
    for (const key of this.woken) {
      for (const poll of this.polls.get(key) ?? []) {
        if (this.size(poll.queue, poll.domain) === 0) break;
        if (poll.wanted > poll.promised) poll.onReady();
      }
    }
    this.woken.clear();
    for (const poll of this.disappointed) poll.onWithdrawn();
    this.disappointed.clear();
  }

  /**
   * Takes up to `count` candidates out of the queue; who does not get them claimed puts them back with `giveBack`. The first that is not
   * wanted stays where it is, with all behind it.
   */
  take(
    queue: string,
    domain: string | undefined,
    count: number,
    isWanted: (task: TaskDocument) => boolean = always,
  ): readonly TaskDocument[] {
    const sources = this.sourcesOf(queue, domain);
    const taken: TaskDocument[] = [];
    while (taken.length < count) {
      const ready = this.nextOf(sources);
      const taskId = ready?.peek()?.taskId;
      if (taskId === undefined) break;
      const task = this.tasks.get(taskId);
      if (task?.ready === true) {
        if (!isWanted(task)) break;
        taken.push(task);
      }
      ready?.shift();
    }
    return taken;
  }

  private sourcesOf(queue: string, domain: string | undefined): readonly ReadyQueue[] {
    const own = this.queues.get(keyOf(queue, domain));
    const shared = this.groups.at(queue, domain);
    return own === undefined ? shared : [own, ...shared];
  }

  /** The queue whose first task has the highest priority, or is the oldest of those. */
  private nextOf(sources: readonly ReadyQueue[]): ReadyQueue | undefined {
    if (sources.length <= 1) return sources[0];
    let best: { readonly source: ReadyQueue; readonly priority: number; readonly time: number } | undefined;
    for (const source of sources) {
      const next = source.peek();
      if (next === undefined) continue;
      const { priority } = next;
      const time = this.tasks.get(next.taskId)?.scheduledTime ?? 0;
      if (best === undefined || priority > best.priority || (priority === best.priority && time < best.time))
        best = { source, priority, time };
    }
    return best?.source;
  }

  giveBack(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (task?.ready === true) this.enqueue(task);
    this.onBatchEnd();
  }

  get(taskId: string): TaskDocument | undefined {
    return this.tasks.get(taskId);
  }

  park(poll: ParkedPoll): void {
    const key = keyOf(poll.queue, poll.domain);
    const polls = this.polls.get(key);
    if (polls === undefined) this.polls.set(key, new Set([poll]));
    else polls.add(poll);
    this.pollsById.set(poll.pollId, poll);
  }

  leave(poll: ParkedPoll): void {
    const key = keyOf(poll.queue, poll.domain);
    const polls = this.polls.get(key);
    polls?.delete(poll);
    if (polls?.size === 0) this.polls.delete(key);
    this.pollsById.delete(poll.pollId);
  }

  /** Promises a parked poll the task that is just being scheduled: it is started in the same decision. First come, first served. */
  grant(queue: string, domains: readonly (string | undefined)[]): Grant | undefined {
    const domain = domains.length > 1 ? this.groups.chosen(queue, domains) : domains[0];
    const key = keyOf(queue, domain);
    for (const poll of this.polls.get(key) ?? []) {
      if (poll.wanted <= poll.promised) continue;
      poll.promised += 1;
      return {
        taskType: queue,
        workerId: poll.workerId,
        pollId: poll.pollId,
        ...(domain === undefined ? {} : { domain }),
      };
    }
    return undefined;
  }

  /** For a task that is scheduled elsewhere: a poll that waits, or one that is about to come, unless others wait for that longer. */
  offer(queue: string, domain: string | undefined): Grant | undefined {
    return (
      this.grant(queue, [domain]) ?? (this.size(queue, domain) === 0 ? this.kept?.promise(queue, domain) : undefined)
    );
  }

  /** What it was promised does not come. */
  withdraw(pollId: string): void {
    if (this.kept?.settle(pollId) === true) return;
    const poll = this.pollsById.get(pollId);
    if (poll === undefined || poll.promised <= 0) return;
    poll.promised -= 1;
    poll.onWithdrawn();
  }

  /** Tasks that wait for a worker, ready or delayed, without domain. */
  size(queue: string, domain?: string): number {
    return this.sourcesOf(queue, domain).reduce((sum, source) => sum + source.size, 0);
  }

  sizes(): ReadonlyMap<string, number> {
    const sizes = new Map([...this.queues].map(([key, queue]) => [key, queue.size]));
    for (const [key, size] of this.groups.sizes()) sizes.set(key, (sizes.get(key) ?? 0) + size);
    return sizes;
  }

  private put(task: TaskDocument): void {
    if (task.status !== 'SCHEDULED' || task.delivery === 'kafka' || task.isRemoved === true) return this.forget(task);
    this.tasks.set(task.taskId, task);
    if (task.ready) this.enqueue(task);
    else this.dequeue(task);
  }

  /** A poll of this process has claimed a limited task: it waits for the limit's answer as for a promised task. */
  private promise({ seq, data: { taskId, pollId } }: EventNamed<'PermitRequested'>): void {
    if (pollId === undefined || !this.isOwnPoll(pollId) || !this.asked.add(taskId, seq, pollId)) return;
    const poll = this.pollsById.get(pollId);
    if (poll !== undefined) poll.promised += 1;
  }

  /** The limit has no room, or nobody wants the task any more: the poll may try another one. */
  private onOther(event: Event): void {
    if (event.type !== 'PermitQueued' && event.type !== 'PermitReturned') return;
    const { holder, request } = event.data;
    const isOwn = event.type === 'PermitQueued' && event.data.pollId !== undefined && this.isOwnPoll(event.data.pollId);
    const pollId = this.asked.withdraw(holder, request, isOwn);
    const poll = pollId === undefined ? undefined : this.pollsById.get(pollId);
    if (poll === undefined) return;
    poll.promised -= 1;
    this.disappointed.add(poll);
  }

  private remove(taskIds: readonly string[]): void {
    for (const taskId of taskIds) {
      const task = this.tasks.get(taskId);
      if (task !== undefined) this.forget(task);
    }
  }

  private forget(task: TaskDocument): void {
    this.dequeue(task);
    this.tasks.delete(task.taskId);
  }

  private dequeue(task: TaskDocument): void {
    if (task.domains === undefined) this.queues.get(keyOf(task.queue ?? '', task.domain))?.remove(task.taskId);
    else this.groups.remove(task.queue ?? '', task);
  }

  private enqueue(task: TaskDocument): void {
    if (task.domains !== undefined) {
      const domain = this.groups.push(task.queue ?? '', task);
      this.woken.add(keyOf(task.queue ?? '', domain));
      return;
    }
    const key = keyOf(task.queue ?? '', task.domain);
    let queue = this.queues.get(key);
    if (queue === undefined) this.queues.set(key, (queue = new ReadyQueue()));
    queue.push(task.taskId, task.workflowPriority);
    this.woken.add(key);
  }

  /** Its document has come. */
  private payOff(task: TaskDocument): void {
    const pollId = this.owed.get(task.taskId);
    if (pollId === undefined || task.status === 'SCHEDULED') return;
    this.owed.delete(task.taskId);
    if (task.status === 'IN_PROGRESS') this.deliver(pollId, task);
  }

  private deliver(pollId: string, task: TaskDocument): void {
    const poll = this.pollsById.get(pollId);
    this.asked.settle(task.taskId);
    // One that the promise was withdrawn from may have got another task since.
    if (poll === undefined || poll.promised <= 0) {
      if (this.isOwnPoll(pollId)) this.keep(pollId, task);
      return;
    }
    poll.promised -= 1;
    poll.wanted -= 1;
    poll.onTask(task);
  }

  /** For the next poll; one that waits has come since the decision was asked. */
  private keep(pollId: string, task: TaskDocument): void {
    if (this.kept?.settle(pollId) !== true) return this.onOrphan(task);
    for (const poll of this.polls.get(keyOf(task.queue ?? '', task.domain)) ?? []) {
      if (poll.wanted <= poll.promised) continue;
      poll.wanted -= 1;
      return poll.onTask(this.kept.handTo(poll.workerId, task));
    }
    this.kept.keep(task);
  }
}

const always = (): boolean => true;

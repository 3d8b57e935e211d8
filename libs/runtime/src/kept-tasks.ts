/**
 * Tasks that a decision has started before a worker asked for them. A worker that is busy asks again in a moment: its next poll finds the task
 * here and needs no claim. So many as workers have asked for of late, for a moment only; what nobody fetches goes back to its queue. A worker
 * that is still at it a second later is named in the log, and its lease counts from when it got the task.
 */
import { type Event, type Grant, type TaskDocument } from '@dacapo/contracts';
import { isBuiltIn } from '@dacapo/engine';
import type { Alarm, Clock, StoredEvent } from '@dacapo/ports';

import { keyOf } from './domain-groups.js';
import type { FeedListener } from './event-feed.js';
import { limits } from './limits.js';

interface Queue {
  readonly tasks: TaskDocument[];
  /** Asked of decisions, and not seen yet. */
  promised: number;
  /** Tasks that workers have asked for in this stretch of time, and in the one before. */
  asked: number;
  askedBefore: number;
  stretch: number;
  /** Something was fetched too late. */
  pausedUntil: number;
}

interface Delivery {
  readonly task: TaskDocument;
  readonly workerId: string;
  readonly at: number;
}

const ends: ReadonlySet<Event['type']> = new Set(['TaskCompleted', 'TaskFailed', 'TaskTimedOut', 'TaskCanceled']);

export class KeptTasks implements FeedListener {
  private readonly queues = new Map<string, Queue>();
  /** Key of the queue by the id under which it was promised. */
  private readonly promises = new Map<string, string>();
  /** Since when they are kept, by task id, the oldest in front. */
  private readonly since = new Map<string, { readonly key: string; readonly at: number }>();
  private readonly deliveries = new Map<string, Delivery>();
  private alarm: Alarm | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly nextId: () => string,
    private readonly handBack: (task: TaskDocument) => void,
    /** The worker has the task since so many milliseconds. */
    private readonly onLasting: (task: TaskDocument, workerId: string, forMs: number) => void,
  ) {}

  /** A worker asks for so many. */
  polled(queue: string, domain: string | undefined, count: number): void {
    const kept = this.queueOf(keyOf(queue, domain));
    this.turn(kept);
    kept.asked += count;
  }

  /** Room for the task that is just being scheduled. */
  promise(queue: string, domain: string | undefined): Grant | undefined {
    const key = keyOf(queue, domain);
    const kept = this.queues.get(key);
    if (kept === undefined || isBuiltIn({ queue }) || kept.pausedUntil > this.clock.now()) return undefined;
    this.turn(kept);
    const room = Math.min(kept.asked + kept.askedBefore, limits.keptTasks);
    if (kept.promised + kept.tasks.length >= room) return undefined;
    kept.promised += 1;
    const pollId = this.nextId();
    this.promises.set(pollId, key);
    return { taskType: queue, pollId, ...(domain === undefined ? {} : { domain }) };
  }

  /** True: it had been promised, and is not any more. */
  settle(pollId: string): boolean {
    const key = this.promises.get(pollId);
    if (key === undefined) return false;
    this.promises.delete(pollId);
    this.queueOf(key).promised -= 1;
    return true;
  }

  keep(task: TaskDocument): void {
    const key = keyOf(task.queue ?? '', task.domain);
    this.queueOf(key).tasks.push(task);
    this.since.set(task.taskId, { key, at: this.clock.now() });
    this.watch();
  }

  /** Up to `count` for a worker, the oldest first. */
  take(queue: string, domain: string | undefined, count: number, workerId: string): readonly TaskDocument[] {
    const taken = this.queues.get(keyOf(queue, domain))?.tasks.splice(0, count) ?? [];
    return taken.map((task) => {
      this.since.delete(task.taskId);
      return this.handTo(workerId, task);
    });
  }

  /** The task as its worker gets it. */
  handTo(workerId: string, task: TaskDocument): TaskDocument {
    this.deliveries.set(task.taskId, { task, workerId, at: this.clock.now() });
    this.watch();
    return { ...task, workerId };
  }

  onEvent({ event }: StoredEvent): void {
    if (!ends.has(event.type) || !('taskId' in event.data)) return;
    const { taskId } = event.data;
    if (taskId === undefined) return;
    this.deliveries.delete(taskId);
    const kept = this.since.get(taskId);
    if (kept !== undefined) this.remove(taskId, kept.key);
  }

  /** Gives everything back. */
  stop(): void {
    this.alarm?.cancel();
    this.promises.clear();
    for (const [taskId, { key }] of this.since) this.giveBack(taskId, key);
    for (const queue of this.queues.values()) queue.pausedUntil = Number.POSITIVE_INFINITY;
  }

  private queueOf(key: string): Queue {
    let queue = this.queues.get(key);
    if (queue === undefined) {
      queue = { tasks: [], promised: 0, asked: 0, askedBefore: 0, stretch: 0, pausedUntil: 0 };
      this.queues.set(key, queue);
      if (this.queues.size > limits.pollData) this.forgetIdle();
    }
    return queue;
  }

  private forgetIdle(): void {
    for (const [key, { tasks, promised }] of this.queues)
      if (tasks.length === 0 && promised === 0) this.queues.delete(key);
  }

  private turn(queue: Queue): void {
    const stretch = Math.floor(this.clock.now() / limits.keptAskedMs);
    if (stretch === queue.stretch) return;
    queue.askedBefore = stretch === queue.stretch + 1 ? queue.asked : 0;
    queue.asked = 0;
    queue.stretch = stretch;
  }

  private watch(): void {
    this.alarm ??= this.clock.at(this.clock.now() + limits.keptLookMs, () => this.look());
  }

  private look(): void {
    this.alarm = undefined;
    const now = this.clock.now();
    for (const [taskId, { key, at }] of this.since) {
      if (at + limits.keptMs > now) break;
      this.queueOf(key).pausedUntil = now + limits.keptPauseMs;
      this.giveBack(taskId, key);
    }
    for (const [taskId, { task, workerId, at }] of this.deliveries) {
      if (at + limits.deliveredMs > now) break;
      this.deliveries.delete(taskId);
      this.onLasting(task, workerId, now - at);
    }
    if (this.since.size > 0 || this.deliveries.size > 0) this.watch();
  }

  private giveBack(taskId: string, key: string): void {
    const task = this.remove(taskId, key);
    if (task !== undefined) this.handBack(task);
  }

  private remove(taskId: string, key: string): TaskDocument | undefined {
    this.since.delete(taskId);
    const { tasks } = this.queueOf(key);
    const index = tasks.findIndex((task) => task.taskId === taskId);
    return index < 0 ? undefined : tasks.splice(index, 1)[0];
  }
}

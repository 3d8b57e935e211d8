/**
 * Works the queue of one type. A few polls are parked; the event that schedules a task wakes one of them, another takes its place, and the
 * task runs beside the others up to the bound. Nothing looks at a queue by the clock.
 */
import type { TaskDocument } from '@dacapo/contracts';
import type { Alarm, Clock } from '@dacapo/ports';
import type { GatewayRuntime, Log } from '@dacapo/runtime';

import { limits } from '../limits.js';

export interface TypeWorkerOptions {
  readonly type: string;
  readonly poller: Pick<GatewayRuntime['poller'], 'poll'>;
  readonly workerId: string;
  /** Tasks at the same time. */
  readonly concurrency: number;
  /** From the claim to the report. Never rejects. */
  readonly run: (task: TaskDocument) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export class TypeWorker {
  /** How to break off each parked poll. */
  private readonly aborts = new Set<() => void>();
  private readonly tasks = new Set<Promise<void>>();
  private readonly polls = new Set<Promise<void>>();
  private pause: Alarm | undefined;
  private isStopped = false;

  constructor(private readonly options: TypeWorkerOptions) {}

  get running(): number {
    return this.tasks.size;
  }

  /** Parks as many polls as there may be tasks more. */
  fill(): void {
    const { concurrency } = this.options;
    while (!this.isPaused && this.polls.size < limits.parkedPolls && this.polls.size + this.tasks.size < concurrency)
      this.park();
  }

  /** Takes no more. Resolves when what runs has been reported. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.pause?.cancel();
    for (const abort of [...this.aborts]) abort();
    await this.settled();
  }

  private get isPaused(): boolean {
    return this.isStopped || this.pause !== undefined;
  }

  /** A poll that was about to park may still bring a task that it has claimed. */
  private async settled(): Promise<void> {
    while (this.polls.size + this.tasks.size > 0) await Promise.all([...this.polls, ...this.tasks]);
  }

  private park(): void {
    const poll = this.poll().finally(() => {
      this.polls.delete(poll);
      this.fill();
    });
    this.polls.add(poll);
  }

  private async poll(): Promise<void> {
    const { type, poller, workerId, log } = this.options;
    let wasParked = false;
    let abort: (() => void) | undefined;
    let tasks: readonly TaskDocument[] = [];
    try {
      tasks = await poller.poll({ queue: type, workerId, count: 1, timeoutMs: limits.pollMs }, (given) => {
        wasParked = true;
        abort = given;
        this.aborts.add(given);
        if (this.isStopped) given();
      });
    } catch (error) {
      log.warn({ queue: type, error }, 'built-in tasks could not be claimed; they are tried again');
      wasParked = false;
    }
    if (abort !== undefined) this.aborts.delete(abort);
    for (const task of tasks) this.begin(task);
    // Empty at once: the process drains, or the claim failed. Without a pause that would go round for ever.
    if (tasks.length === 0 && !wasParked) this.rest();
  }

  private begin(task: TaskDocument): void {
    const work = this.options.run(task).finally(() => {
      this.tasks.delete(work);
      this.fill();
    });
    this.tasks.add(work);
  }

  private rest(): void {
    const { clock } = this.options;
    if (this.isPaused) return;
    this.pause = clock.at(clock.now() + limits.retryMs, () => {
      this.pause = undefined;
      this.fill();
    });
  }
}

/** The workers that live in the dispatcher: a queue for each type, the same claims, leases, retries and limits as anybody's worker (design 6). */
import { hostname } from 'node:os';

import type { TaskDocument } from '@dacapo/contracts';
import type { Clock } from '@dacapo/ports';
import type { GatewayRuntime, Log } from '@dacapo/runtime';

import type { BuiltInTask } from '../built-in-task.js';
import { limits } from '../limits.js';
import { Reporter } from './reporter.js';
import { runTask } from './running-task.js';
import { TypeWorker } from './type-worker.js';

export interface BuiltInWorkersOptions {
  readonly gateway: Pick<GatewayRuntime, 'poller' | 'answers' | 'commands' | 'views'>;
  /** By type, which is the name of the queue. */
  readonly tasks: ReadonlyMap<string, BuiltInTask>;
  readonly clock: Clock;
  readonly log: Log;
  /** Default: the host's name, as in Conductor. */
  readonly workerId?: string;
  /** Tasks of one type at the same time. Default: `limits.tasksPerType`. */
  readonly concurrency?: number;
  /** What runs may run on for so long after the stop, milliseconds. Default: `limits.drainMs`. */
  readonly drainMs?: number;
}

export class BuiltInWorkers {
  private readonly workers: readonly TypeWorker[];
  private readonly reporter: Reporter;
  private readonly halt = new AbortController();
  /** Tasks reported since the start. */
  done = 0;

  constructor(private readonly options: BuiltInWorkersOptions) {
    const { gateway, tasks, clock, log, workerId = hostname(), concurrency = limits.tasksPerType } = options;
    this.reporter = new Reporter({ gateway, workerId, clock, log });
    this.workers = [...tasks].map(([type, executor]) => {
      const run = (task: TaskDocument): Promise<void> => this.run(executor, task);
      return new TypeWorker({ type, poller: gateway.poller, workerId, concurrency, run, clock, log });
    });
  }

  /** Tasks under way. */
  get running(): number {
    return this.workers.reduce((sum, { running }) => sum + running, 0);
  }

  /** After the gateway's start. */
  start(): void {
    for (const worker of this.workers) worker.fill();
  }

  /** Before the gateway's stop: takes no more tasks, lets those that run end for a while, hands the others back. */
  async stop(): Promise<void> {
    const { clock, drainMs = limits.drainMs } = this.options;
    const stopped = Promise.all(this.workers.map((worker) => worker.stop()));
    const enough = Promise.withResolvers<void>();
    const halt = clock.at(clock.now() + drainMs, () => this.halt.abort());
    // What is still not reported a moment later waits for a journal that is away.
    const last = clock.at(clock.now() + drainMs + limits.retryMs, enough.resolve);
    await Promise.race([stopped, enough.promise]);
    halt.cancel();
    last.cancel();
    this.reporter.stop();
  }

  private async run(executor: BuiltInTask, task: TaskDocument): Promise<void> {
    const { clock, log } = this.options;
    const extendLease = (held: TaskDocument): void => this.reporter.extendLease(held);
    const result = await runTask(executor, task, { clock, log, signal: this.halt.signal, extendLease });
    await this.reporter.report(task, result);
    this.done += 1;
  }
}

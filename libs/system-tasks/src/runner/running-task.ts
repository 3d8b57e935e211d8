/** One task from its claim to its result: in time, under its lease, whatever the executor does. */
import { isDaCapoError, type TaskDocument } from '@dacapo/contracts';
import type { Alarm, Clock } from '@dacapo/ports';
import type { Log } from '@dacapo/runtime';

import type { BuiltInResult, BuiltInTask } from '../built-in-task.js';
import { limits } from '../limits.js';

export interface RunOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The process stops. */
  readonly signal: AbortSignal;
  readonly extendLease: (task: TaskDocument) => void;
}

/** At once, by somebody else. */
const handBack: BuiltInResult = { status: 'IN_PROGRESS', callbackAfterSeconds: 0, isHandedBack: true };

/** Never rejects: a task that throws or does not end has failed with a named reason, one that the stop cut off goes back to its queue. */
export async function runTask(executor: BuiltInTask, task: TaskDocument, options: RunOptions): Promise<BuiltInResult> {
  const { clock, log, signal } = options;
  const end = new AbortController();
  const cut = Promise.withResolvers<BuiltInResult>();
  const stop = (): void => {
    cut.resolve(handBack);
    end.abort();
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const limit = clock.at(clock.now() + limits.taskMs, () => {
    cut.resolve({
      status: 'FAILED',
      reasonForIncompletion: `The task did not end within ${limits.taskMs / 1000} seconds`,
    });
    end.abort();
  });
  const lease = new Lease(task, options);
  try {
    const work = execute(executor, task, { signal: end.signal, now: clock.now() }, log);
    return await Promise.race([cut.promise, work]);
  } finally {
    lease.end();
    limit.cancel();
    signal.removeEventListener('abort', stop);
  }
}

async function execute(
  executor: BuiltInTask,
  task: TaskDocument,
  context: { readonly signal: AbortSignal; readonly now: number },
  log: Log,
): Promise<BuiltInResult> {
  try {
    return await executor.execute(task, context);
  } catch (error) {
    if (context.signal.aborted) return handBack;
    const { taskId, workflowId, taskType } = task;
    if (isDaCapoError(error) && error.retryable) {
      log.warn({ taskId, workflowId, taskType, error }, 'a built-in task goes back to its queue');
      return { status: 'IN_PROGRESS', callbackAfterSeconds: limits.startRetrySeconds, isHandedBack: true };
    }
    log.error({ taskId, workflowId, taskType, error }, 'a built-in task broke');
    return { status: 'FAILED', reasonForIncompletion: `The ${taskType} task broke off: see the log of the server` };
  }
}

/** Extended again and again, as long as the task runs. */
class Lease {
  private alarm: Alarm | undefined;

  constructor(
    private readonly task: TaskDocument,
    private readonly options: RunOptions,
  ) {
    this.arm();
  }

  end(): void {
    this.alarm?.cancel();
  }

  private arm(): void {
    const { clock, extendLease } = this.options;
    this.alarm = clock.at(clock.now() + limits.leaseRenewalMs, () => {
      extendLease(this.task);
      this.arm();
    });
  }
}

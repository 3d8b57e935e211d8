/**
 * What a worker says about a task while it has it, all by records of `inbox`. Ids follow from the place of the task's record, so that what is
 * said again after a crash has no second effect.
 */
import { isTooLarge, type Outbox } from './outbox.js';
import { runTask, type TaskOutcome } from './run-task.js';
import type { KafkaTask, WorkerTask } from './task.js';

export interface Manners {
  readonly workerId: string;
  /** A task that takes longer is announced by `StartTask`: its response timeout counts from then on. */
  readonly announceAfterMs: number;
}

/** Of its response timeout so much has passed when a worker says that it is still at it. */
const leaseShare = 0.8;

export class TaskInHand {
  private readonly timers: NodeJS.Timeout[] = [];
  private extensions = 0;

  constructor(
    private readonly task: WorkerTask,
    /** Of its delivery. */
    private readonly id: string,
    private readonly outbox: Outbox,
    private readonly manners: Manners,
  ) {}

  /** Resolves when the result is durable. */
  async work(kafkaTask: KafkaTask, signal: AbortSignal): Promise<void> {
    const { task, manners } = this;
    const { taskId, workflowInstanceId } = task;
    const { workerId, announceAfterMs } = manners;
    this.timers.push(setTimeout(() => this.announce(), announceAfterMs));
    const outcome = await runTask(kafkaTask, task, signal);
    // Nothing may be said about it after its result.
    for (const timer of this.timers) clearInterval(timer);
    await this.report({ ...outcome, taskId, workflowInstanceId, workerId });
  }

  /** A result that is too large for the topic fails its task: nobody would ever take it. */
  private async report(
    result: TaskOutcome & { readonly workflowInstanceId: string; readonly taskId: string; readonly workerId: string },
  ): Promise<void> {
    const record = { type: 'UpdateTask', id: `${this.id}:result`, result };
    try {
      await this.outbox.send(result.workflowInstanceId, record);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const { outputData: _, logs: __, ...rest } = result;
      const reasonForIncompletion = 'The result is larger than the inbox takes';
      const failed = { ...rest, status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion };
      await this.outbox.send(result.workflowInstanceId, { ...record, result: failed });
    }
  }

  private announce(): void {
    const { taskId, workflowInstanceId, responseTimeoutSeconds } = this.task;
    const { workerId } = this.manners;
    this.say({ type: 'StartTask', id: `${this.id}:start`, workflowInstanceId, taskId, workerId });
    if (responseTimeoutSeconds > 0)
      this.timers.push(setInterval(() => this.extendLease(), responseTimeoutSeconds * 1000 * leaseShare));
  }

  private extendLease(): void {
    const { taskId, workflowInstanceId } = this.task;
    this.extensions += 1;
    const result = { taskId, workflowInstanceId, extendLease: true };
    this.say({ type: 'UpdateTask', id: `${this.id}:lease:${this.extensions}`, result });
  }

  private say(record: object): void {
    // When the worker is closed meanwhile, its task is delivered again.
    this.outbox.send(this.task.workflowInstanceId, record).catch(() => undefined);
  }
}

/** Reports results until it is known what became of them: a journal that is away, or an answer that is late, is waited out. */
import { type Command, isDaCapoError, type TaskDocument } from '@dacapo/contracts';
import type { Clock } from '@dacapo/ports';
import type { GatewayRuntime, Log } from '@dacapo/runtime';

import type { BuiltInResult } from '../built-in-task.js';
import { limits } from '../limits.js';
import { resultCommand } from './result-command.js';

export interface ReporterOptions {
  readonly gateway: Pick<GatewayRuntime, 'answers' | 'commands' | 'views'>;
  readonly workerId: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class Reporter {
  private readonly pauses = new Set<() => void>();
  private isStopped = false;

  constructor(private readonly options: ReporterOptions) {}

  /** Resolves when the log has the result, or has made it pointless. Gives up only when it is stopped: then the lease brings the task back. */
  async report(task: TaskDocument, result: BuiltInResult): Promise<void> {
    let pending = result;
    while (!this.isStopped) {
      const outcome = await this.send(this.command(task, pending));
      if (outcome === 'done') return;
      if (outcome === 'refused') {
        if (pending !== result) return;
        // Too large, as a rule. The task must not wait for its lease to be refused once more.
        pending = { status: 'FAILED', reasonForIncompletion: 'The result of the task could not be stored', output: {} };
        continue;
      }
      await this.pause();
      if (await this.isOver(task)) return;
    }
  }

  /** The lease begins anew. A failure is no matter: the next one comes in time, or the task is offered again. */
  extendLease({ taskId, workflowId }: TaskDocument): void {
    const { gateway, log } = this.options;
    gateway.answers
      .ask(gateway.commands.make('ExtendTaskLease', workflowId, { taskId }))
      .catch((error: unknown) => log.warn({ taskId, error }, 'the lease of a built-in task could not be extended'));
  }

  stop(): void {
    this.isStopped = true;
    for (const end of this.pauses) end();
  }

  private command(task: TaskDocument, result: BuiltInResult): Command {
    const { gateway, workerId } = this.options;
    return resultCommand(gateway.commands, task, result, workerId);
  }

  private async send(command: Command): Promise<'done' | 'refused' | 'unknown'> {
    const { gateway, log } = this.options;
    try {
      const { event } = await gateway.answers.ask(command);
      return event.type === 'CommandRejected' && event.data.code === 'PAYLOAD_TOO_LARGE' ? 'refused' : 'done';
    } catch (error) {
      if (isDaCapoError(error) && error.retryable) return 'unknown';
      log.error({ workflowId: command.workflowId, error }, 'the result of a built-in task was refused');
      return 'refused';
    }
  }

  /** Another claim, or an end: what was sent has arrived, or does not count any more. */
  private async isOver({ taskId, workflowId, pollCount }: TaskDocument): Promise<boolean> {
    try {
      const now = await this.options.gateway.views.task(taskId, workflowId);
      return now === undefined || now.status !== 'IN_PROGRESS' || now.pollCount !== pollCount;
    } catch {
      // Nobody knows: so it is sent again, and the engine ignores what it has.
      return false;
    }
  }

  private pause(): Promise<void> {
    const { clock } = this.options;
    return new Promise((resolve) => {
      const end = (): void => {
        alarm.cancel();
        this.pauses.delete(end);
        resolve();
      };
      const alarm = clock.at(clock.now() + limits.retryMs, end);
      this.pauses.add(end);
    });
  }
}

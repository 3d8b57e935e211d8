/** A worker's poll from beginning to end: claim what is ready, or wait for what comes. Claims go out together, never one by one. */
import { isDaCapoError, type TaskDocument } from '@dacapo/contracts';
import type { Alarm, Clock } from '@dacapo/ports';
import { projectTask } from '@dacapo/projections';

import type { Answers } from './answers.js';
import type { CommandFactory } from './command-factory.js';
import { limits } from './limits.js';
import type { ParkedPoll, ReadyIndex } from './ready-index.js';

export interface PollRequest {
  readonly queue: string;
  readonly domain?: string;
  readonly workerId: string;
  /** At most this many tasks. */
  readonly count: number;
  /** How long to wait when nothing is ready, milliseconds. */
  readonly timeoutMs: number;
}

export interface PollData {
  readonly queueName: string;
  readonly domain?: string;
  readonly workerId: string;
  readonly lastPollTime: number;
}

export class Poller {
  private readonly polled = new Map<string, PollData>();

  constructor(
    private readonly index: ReadyIndex,
    private readonly answers: Answers,
    private readonly commands: CommandFactory,
    private readonly clock: Clock,
  ) {}

  /** Tasks that are now the worker's, none when the time is up. Returns as soon as there is one. `onParked` hands out how to break the wait off. */
  async poll(request: PollRequest, onParked?: (abort: () => void) => void): Promise<readonly TaskDocument[]> {
    this.note(request);
    const count = Math.min(request.count, limits.pollCount);
    const claimed = await this.claim(request, count);
    if (claimed.length > 0 || request.timeoutMs <= 0) return claimed;
    return this.wait(request, count, onParked);
  }

  /** Who polled last, by queue, domain and worker. */
  pollData(): readonly PollData[] {
    return [...this.polled.values()];
  }

  private note({ queue, domain, workerId }: PollRequest): void {
    const data = {
      queueName: queue,
      workerId,
      lastPollTime: this.clock.now(),
      ...(domain === undefined ? {} : { domain }),
    };
    this.polled.set(`${domain ?? ''}:${queue}:${workerId}`, data);
    if (this.polled.size > limits.pollData) this.polled.delete(this.polled.keys().next().value ?? '');
  }

  /** Claims that somebody else won are made up for by the next candidates, as long as there are some. */
  private async claim({ queue, domain, workerId }: PollRequest, count: number): Promise<readonly TaskDocument[]> {
    const won: TaskDocument[] = [];
    while (won.length < count) {
      const candidates = this.index.take(queue, domain, count - won.length);
      if (candidates.length === 0) break;
      const claims = candidates.map(({ workflowId, taskId }) =>
        this.commands.make('ClaimTask', workflowId, { taskId, workerId }),
      );
      const answers = this.answers.askAll(claims);
      const results = await Promise.all(candidates.map((task, index) => this.resultOf(task, answers[index])));
      won.push(...results.filter((task) => task !== undefined));
    }
    return won;
  }

  private async resultOf(
    task: TaskDocument,
    claimed: ReturnType<Answers['askAll']>[number] | undefined,
  ): Promise<TaskDocument | undefined> {
    try {
      const answer = await claimed;
      if (answer?.event.type !== 'TaskStarted') return undefined;
      return projectTask(task, answer.event, { partition: task.partition, offset: 0 });
    } catch (error) {
      // Nobody knows whether the claim was stored. If not, the task is still ready and must not be forgotten.
      this.index.giveBack(task.taskId);
      if (isDaCapoError(error) && error.retryable) return undefined;
      throw error;
    }
  }

  private wait(
    request: PollRequest,
    count: number,
    onParked: ((abort: () => void) => void) | undefined,
  ): Promise<readonly TaskDocument[]> {
    return new Promise((resolve, reject) => {
      const tasks: TaskDocument[] = [];
      let isClaiming = false;
      let isOver = false;
      let alarm: Alarm | undefined;
      const finish = (): void => {
        if (isOver) return;
        isOver = true;
        alarm?.cancel();
        this.index.leave(poll);
        resolve(tasks);
      };
      const finishIfIdle = (): void => {
        if (!isClaiming && poll.promised <= 0) finish();
      };
      const poll: ParkedPoll = {
        pollId: this.commands.nextId(),
        queue: request.queue,
        domain: request.domain,
        workerId: request.workerId,
        wanted: count,
        promised: 0,
        onTask: (task) => {
          tasks.push(task);
          finishIfIdle();
        },
        onReady: () => {
          if (isClaiming || isOver) return;
          isClaiming = true;
          this.claim(request, poll.wanted - poll.promised).then((claimed) => {
            isClaiming = false;
            tasks.push(...claimed);
            poll.wanted -= claimed.length;
            if (tasks.length > 0) finishIfIdle();
          }, reject);
        },
      };
      this.index.park(poll);
      const end = this.clock.now() + Math.min(request.timeoutMs, limits.pollMs);
      // A promised task is on its way: the poll stays a little longer rather than lose it.
      alarm = this.clock.at(end, () => {
        poll.wanted = poll.promised;
        if (!isClaiming && poll.promised <= 0) return finish();
        alarm = this.clock.at(end + limits.promiseMs, finish);
      });
      onParked?.(finish);
    });
  }
}

/** A worker's poll from beginning to end: claim what is ready, or wait for what comes. Claims go out together, never one by one. */
import { type CommandData, isDaCapoError, type Limits, type TaskDocument } from '@dacapo/contracts';
import type { Clock } from '@dacapo/ports';
import { projectTask } from '@dacapo/projections';

import type { Answers } from './answers.js';
import type { CommandFactory } from './command-factory.js';
import type { KeptTasks } from './kept-tasks.js';
import { limits } from './limits.js';
import type { ReadyIndex } from './ready-index.js';
import { WaitingPoll } from './waiting-poll.js';

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
  private readonly waiting = new Set<WaitingPoll>();
  private isDraining = false;

  constructor(
    private readonly index: ReadyIndex,
    private readonly answers: Answers,
    private readonly commands: CommandFactory,
    private readonly clock: Clock,
    /** A task was claimed for a worker that has gone. */
    private readonly handBack: (task: TaskDocument) => void,
    /** What the definition of a task limits now, if anything. */
    private readonly limitsOf: (taskDefName: string) => Limits | undefined,
    /** A worker gets it now. */
    private readonly onHandedOut: (task: TaskDocument) => void = () => undefined,
    /** Tasks that were started before anybody asked. */
    private readonly kept?: KeptTasks,
  ) {}

  /** Tasks that are now the worker's, none when the time is up. Returns as soon as there is one. `onParked` hands out how to break the wait off. */
  async poll(request: PollRequest, onParked?: (abort: () => void) => void): Promise<readonly TaskDocument[]> {
    if (this.isDraining) return [];
    this.note(request);
    const count = Math.min(request.count, limits.pollCount);
    const kept = this.kept?.take(request.queue, request.domain, count, request.workerId) ?? [];
    const tasks = [...kept, ...(await this.claim(request, count - kept.length))];
    if (tasks.length > 0) return this.handedOut(tasks);
    // What is left in the queue is limited: the answer of its limit finds a poll that waits.
    if (request.timeoutMs <= 0 && this.index.size(request.queue, request.domain) === 0) return tasks;
    return this.handedOut(await this.wait(request, count, onParked));
  }

  private handedOut(tasks: readonly TaskDocument[]): readonly TaskDocument[] {
    for (const task of tasks) this.onHandedOut(task);
    return tasks;
  }

  /** Hands out nothing more; who waits is answered with what he has. */
  drain(): void {
    this.isDraining = true;
    this.kept?.stop();
    for (const poll of [...this.waiting]) poll.end();
  }

  /** Who polled last, by queue, domain and worker. */
  pollData(): readonly PollData[] {
    return [...this.polled.values()];
  }

  private note({ queue, domain, workerId, count }: PollRequest): void {
    this.index.polled(queue, domain, count);
    const data = {
      queueName: queue,
      workerId,
      lastPollTime: this.clock.now(),
      ...(domain === undefined ? {} : { domain }),
    };
    this.polled.set(`${domain ?? ''}:${queue}:${workerId}`, data);
    if (this.polled.size > limits.pollData) this.polled.delete(this.polled.keys().next().value ?? '');
  }

  /**
   * Claims that somebody else won are made up for by the next candidates, as long as there are some. Limited tasks are claimed only for a
   * parked poll (`pollId`): they come to it when their limit has room.
   */
  private async claim(request: PollRequest, count: number, pollId?: string): Promise<readonly TaskDocument[]> {
    const { queue, domain } = request;
    const isWanted = pollId === undefined ? (task: TaskDocument): boolean => !this.isLimited(task) : undefined;
    const won: TaskDocument[] = [];
    let asked = 0;
    while (won.length + asked < count) {
      const candidates = this.index.take(queue, domain, count - won.length - asked, isWanted);
      if (candidates.length === 0) break;
      const claims = candidates.map((task) =>
        this.commands.make('ClaimTask', task.workflowId, this.claimOf(task, request, pollId)),
      );
      const answers = this.answers.askAll(claims);
      const results = await Promise.all(candidates.map((task, index) => this.resultOf(task, answers[index])));
      for (const result of results) {
        if (result === 'asked') asked += 1;
        else if (result !== undefined) won.push(result);
      }
    }
    return won;
  }

  private isLimited(task: TaskDocument): boolean {
    return task.limited === true || this.limitsOf(task.taskDefName) !== undefined;
  }

  private claimOf(
    task: TaskDocument,
    { workerId, domain }: PollRequest,
    pollId: string | undefined,
  ): CommandData<'ClaimTask'> {
    const { taskId, domains } = task;
    const claim = { taskId, workerId, ...(domains === undefined ? {} : { domain: domain ?? '' }) };
    if (pollId === undefined || !this.isLimited(task)) return claim;
    const limits = this.limitsOf(task.taskDefName);
    return { ...claim, pollId, ...(limits === undefined ? {} : { limits }) };
  }

  private async resultOf(
    task: TaskDocument,
    claimed: ReturnType<Answers['askAll']>[number] | undefined,
  ): Promise<TaskDocument | 'asked' | undefined> {
    try {
      const answer = await claimed;
      if (answer?.event.type === 'PermitRequested') return 'asked';
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
      const leave = (): void => {
        alarm.cancel();
        this.index.leave(poll);
        this.waiting.delete(poll);
      };
      const pollId = this.commands.nextId();
      const poll = new WaitingPoll(pollId, request, count, {
        claim: (wanted) => this.claim(request, wanted, pollId),
        handBack: this.handBack,
        onEnd: (tasks) => {
          leave();
          resolve(tasks);
        },
        onError: (error) => {
          leave();
          reject(error as Error);
        },
      });
      this.index.park(poll);
      this.waiting.add(poll);
      const end = this.clock.now() + Math.min(request.timeoutMs, limits.pollMs);
      let alarm = this.clock.at(end, () => {
        if (poll.timeIsUp()) return;
        // A promised task is on its way: the poll stays a little longer rather than lose it.
        alarm = this.clock.at(end + limits.promiseMs, () => poll.end());
      });
      onParked?.(() => poll.end());
      // A task may have come between the claims and the parking.
      if (this.index.size(request.queue, request.domain) > 0) poll.onReady();
    });
  }
}

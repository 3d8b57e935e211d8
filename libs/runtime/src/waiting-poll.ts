/** A long poll while it waits: tasks come to it by promise (a decision started them for it) or by claims of its own. It ends once. */
import type { TaskDocument } from '@dacapo/contracts';

import type { ParkedPoll } from './ready-index.js';

interface Dealings {
  readonly claim: (wanted: number) => Promise<readonly TaskDocument[]>;
  readonly handBack: (task: TaskDocument) => void;
  readonly onEnd: (tasks: readonly TaskDocument[]) => void;
  readonly onError: (error: unknown) => void;
}

export class WaitingPoll implements ParkedPoll {
  readonly queue: string;
  readonly domain: string | undefined;
  readonly workerId: string;
  promised = 0;
  private readonly tasks: TaskDocument[] = [];
  private isClaiming = false;
  private isLate = false;
  private isOver = false;

  constructor(
    readonly pollId: string,
    { queue, domain, workerId }: { readonly queue: string; readonly domain?: string; readonly workerId: string },
    public wanted: number,
    private readonly dealings: Dealings,
  ) {
    this.queue = queue;
    this.domain = domain;
    this.workerId = workerId;
  }

  onTask(task: TaskDocument): void {
    this.tasks.push(task);
    this.endIfIdle();
  }

  onWithdrawn(): void {
    // One that is late does not wait, but it takes what is there.
    if (this.isLate && this.tasks.length === 0) this.wanted = this.promised + 1;
    this.onReady();
  }

  onReady(): void {
    if (this.isClaiming || this.isOver) return;
    this.isClaiming = true;
    // What it claims must not be promised to it as well.
    const asked = this.wanted - this.promised;
    this.wanted -= asked;
    this.dealings.claim(asked).then(
      (claimed) => this.take(claimed, asked),
      (error: unknown) => this.fail(error),
    );
  }

  /** True when that was its end; false when a task is still on its way. */
  timeIsUp(): boolean {
    this.isLate = true;
    this.wanted = this.promised;
    this.endIfIdle();
    return this.isOver;
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.dealings.onEnd(this.tasks);
  }

  private fail(error: unknown): void {
    this.isClaiming = false;
    if (this.isOver) return;
    this.isOver = true;
    this.dealings.onError(error);
  }

  private take(claimed: readonly TaskDocument[], asked: number): void {
    this.isClaiming = false;
    if (this.isOver) {
      for (const task of claimed) this.dealings.handBack(task);
      return;
    }
    this.tasks.push(...claimed);
    if (!this.isLate) this.wanted += asked - claimed.length;
    this.endIfIdle();
  }

  /** Returns with what it has as soon as nothing more is under way, however much it wanted. */
  private endIfIdle(): void {
    if (!this.isClaiming && this.promised <= 0 && (this.tasks.length > 0 || this.isLate)) this.end();
  }
}

/** Something outside (broker, store) is away: wait for it as long as it takes, say so once, say when it is back. */
import { isDaCapoError } from '@dacapo/contracts';
import type { Alarm, Clock } from '@dacapo/ports';
import type { Log } from '@dacapo/runtime';

import { limits } from './limits.js';

export class Stopped extends Error {
  constructor() {
    super('stopped while it waited');
  }
}

export class Patience {
  private readonly pauses = new Set<{ readonly alarm: Alarm; readonly end: () => void }>();
  private isStopped = false;
  private failedSince: number | undefined;
  private hasSaid = false;

  constructor(
    private readonly what: string,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Calls until it succeeds. Rejects with what is not worth another try; once stopped, a failed call is not tried again. */
  async untilDone<T>(
    call: () => Promise<T>,
    options: {
      /** Default: errors of ours that say so. */
      readonly isRetryable?: (error: unknown) => boolean;
      /** Before each further try. */
      readonly onRetry?: () => Promise<void>;
    } = {},
  ): Promise<T> {
    let pauseMs: number = limits.backoffMinMs;
    for (;;) {
      try {
        const result = await call();
        this.succeeded();
        return result;
      } catch (error) {
        if (!(options.isRetryable ?? isOurs)(error)) throw error;
        this.failed(error);
      }
      await this.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, limits.backoffMaxMs);
      await options.onRetry?.();
    }
  }

  /** Rejects with `Stopped` when it is cut short. */
  async pause(ms: number): Promise<void> {
    if (!this.isStopped) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const pause = { alarm: this.clock.at(this.clock.now() + ms, resolve), end: resolve };
      this.pauses.add(pause);
      await promise;
      this.pauses.delete(pause);
    }
    if (this.isStopped) throw new Stopped();
  }

  /** After `stop`: failures are waited for again. */
  resume(): void {
    this.isStopped = false;
  }

  stop(): void {
    this.isStopped = true;
    for (const { alarm, end } of this.pauses) {
      alarm.cancel();
      end();
    }
  }

  private succeeded(): void {
    if (this.hasSaid) this.log.info({}, `${this.what} answers again`);
    this.failedSince = undefined;
    this.hasSaid = false;
  }

  /** What is over in a moment (a broker that has just started looks for its coordinators) is not worth a word. */
  private failed(error: unknown): void {
    const now = this.clock.now();
    this.failedSince ??= now;
    if (this.hasSaid || now - this.failedSince < limits.quietMs) return;
    this.log.warn({ error }, `${this.what} is away; waiting for it`);
    this.hasSaid = true;
  }
}

function isOurs(error: unknown): boolean {
  return isDaCapoError(error) && error.retryable;
}

/** Keeps a loop alive: started anew with growing pauses when it fails, and readiness says no until it works again. */
import type { Alarm, Clock } from '@dacapo/ports';

import type { Log } from './log.js';

const pauseMinMs = 100;
const pauseMaxMs = 10_000;

/** A loop that runs until it is stopped or fails; it says when it has begun to work. */
export interface Loop {
  run(onReady: () => void): Promise<void>;
  stop(): Promise<void>;
}

export class Supervisor {
  private current: Loop | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;
  private pause: { readonly alarm: Alarm; readonly resolve: () => void } | undefined;
  private isWorking = false;
  restarts = 0;

  constructor(
    readonly name: string,
    private readonly make: () => Loop,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  get isReady(): boolean {
    return this.isWorking;
  }

  /** Resolves when the loop works for the first time, however many tries that takes. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.running = this.keepAlive(resolve);
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.pause?.alarm.cancel();
    this.pause?.resolve();
    await this.current?.stop();
    await this.running;
  }

  private async keepAlive(onReady: () => void): Promise<void> {
    let pauseMs = pauseMinMs;
    while (!this.stopping) {
      this.current = this.make();
      try {
        await this.current.run(() => {
          this.isWorking = true;
          pauseMs = pauseMinMs;
          onReady();
        });
        if (!this.stopping) this.log.warn({ loop: this.name }, 'a loop ended by itself; it is started anew');
      } catch (error) {
        this.log.error({ loop: this.name, error }, 'a loop failed; it is started anew');
      }
      this.isWorking = false;
      if (this.stopping) return;
      this.restarts += 1;
      await this.wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, pauseMaxMs);
    }
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const alarm = this.clock.at(this.clock.now() + ms, resolve);
      this.pause = { alarm, resolve };
    });
  }
}

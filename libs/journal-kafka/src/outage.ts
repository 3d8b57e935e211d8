/** What all parts do when the broker is away: say it once, try again with growing pauses, say when it is back. */
import { DaCapoError } from '@dacapo/contracts';
import { limits } from './limits.js';
import type { Log } from './log.js';

export class Outage {
  private since: number | undefined;
  private pauseMs: number = limits.backoffMinMs;

  constructor(
    private readonly what: string,
    private readonly log: Log,
  ) {}

  /** The broker did not answer. Resolves when it may be tried again; the timer keeps no process alive. */
  async failed(error: unknown): Promise<void> {
    if (this.since === undefined) {
      this.since = Date.now();
      this.log.warn(`${this.what}: Kafka cannot be reached (${messageOf(error)}), trying again`);
    }
    const pauseMs = this.pauseMs;
    this.pauseMs = Math.min(pauseMs * 2, limits.backoffMaxMs);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, pauseMs).unref();
    });
  }

  succeeded(): void {
    this.pauseMs = limits.backoffMinMs;
    if (this.since === undefined) return;
    this.log.info(`${this.what}: Kafka is back after ${Date.now() - this.since} ms`);
    this.since = undefined;
  }

  /** How much longer a caller may be kept waiting. */
  get graceMs(): number {
    return Math.max(
      0,
      this.since === undefined ? limits.outageGraceMs : this.since + limits.outageGraceMs - Date.now(),
    );
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function unavailable(message: string, cause?: unknown): DaCapoError {
  return new DaCapoError('JOURNAL_UNAVAILABLE', cause === undefined ? message : `${message}: ${messageOf(cause)}`, {
    cause,
  });
}

/** What kafkajs calls the protocol error, also when it wrapped it. */
export function protocolErrorOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return 'cause' in error ? protocolErrorOf(error.cause) : undefined;
}

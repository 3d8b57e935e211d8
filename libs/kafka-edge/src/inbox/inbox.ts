/**
 * Takes the records of `inbox` one by one: each becomes a durable command or a dead letter before its offset may be committed. A bad record
 * never holds up the next one; a journal that is away holds up all of them, and none is lost.
 */
import { type Command, errorCodes, type Hash, isDaCapoError } from '@dacapo/contracts';
import type { Clock, Journal } from '@dacapo/ports';
import type { GatewayRuntime, Log } from '@dacapo/runtime';

import type { DeadLetters } from '../dead-letters.js';
import { limits } from '../limits.js';
import { Patience, Stopped } from '../patience.js';
import { commandOf } from './inbox-command.js';
import { idOf, type InboxRecord, parseInboxRecord } from './inbox-record.js';

export interface InboxOptions {
  readonly gateway: Pick<GatewayRuntime, 'commands' | 'registry'>;
  readonly journal: Pick<Journal, 'send'>;
  readonly deadLetters: DeadLetters;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

/** A record as it lies in the topic. */
export interface SourceRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Epoch milliseconds; the sender's clock. */
  readonly timestamp: number;
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
}

export class Inbox {
  private readonly patience: Patience;
  /** Records that became commands since the start. */
  accepted = 0;

  constructor(private readonly options: InboxOptions) {
    this.patience = new Patience('the journal (inbox)', options.clock, options.log);
  }

  /** Resolves when nothing can be lost any more. `heartbeat` tells the consumer group that the wait is no death. */
  async take(source: SourceRecord, heartbeat: () => Promise<void>): Promise<void> {
    try {
      const record = parseInboxRecord(source.value);
      await this.patience.untilDone(async () => this.options.journal.send([await this.commandOf(record, source)]), {
        onRetry: () => quietly(heartbeat),
      });
      this.accepted += 1;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      await this.refuse(source, error);
    }
  }

  /** What fails from now on is not tried again: its offset is not committed, so it comes again. */
  stop(): void {
    this.patience.stop();
    this.options.deadLetters.stop();
  }

  /** "No such definition" is believed a moment later: it may just have been registered through another gateway. */
  private async commandOf(record: InboxRecord, { timestamp }: SourceRecord): Promise<Command> {
    const { gateway, hash, clock } = this.options;
    for (;;) {
      try {
        return await commandOf(record, gateway, hash);
      } catch (error) {
        const age = clock.now() - timestamp;
        const isSettled = age < 0 || age > limits.definitionSettleMs;
        if (isSettled || !isDaCapoError(error) || error.code !== 'DEFINITION_NOT_FOUND') throw error;
        await this.patience.pause(limits.definitionLookMs);
      }
    }
  }

  private async refuse(source: SourceRecord, error: unknown): Promise<void> {
    const { log, deadLetters } = this.options;
    const { topic, partition, offset, key, value } = source;
    const code = isDaCapoError(error) ? error.code : 'INVARIANT_BROKEN';
    const isDefect = errorCodes[code].kind === 'defect';
    if (isDefect) log.error({ topic, partition, offset, error }, 'an inbox record could not be processed');
    const reason = isDefect ? 'Internal error' : reasonOf(error);
    const id = idOf(value);
    await deadLetters.write([
      { code, reason, source: { topic, partition, offset, key }, payload: value, ...(id === undefined ? {} : { id }) },
    ]);
  }
}

/** The message, and the single fields where it only says that some are wrong. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const violations = 'violations' in error && Array.isArray(error.violations) ? error.violations : [];
  const details = violations.map(({ path, message }: { path: string; message: string }) => `${path}: ${message}`);
  return [error.message, ...details].join(' ');
}

/** A heartbeat that fails is the consumer's matter: its own next one tells it what is wrong. */
async function quietly(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch {
    // See above.
  }
}

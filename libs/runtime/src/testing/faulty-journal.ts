/** A memory journal whose appends and sends go wrong on demand: refused, or stored while the caller is told that it failed. */
import { type Command, DaCapoError } from '@dacapo/contracts';
import type { MemoryJournal } from '@dacapo/journal-memory';
import type { Claim, EventBatch, HistoryEntry, Journal, Subscription } from '@dacapo/ports';

export type Fault = 'fine' | 'refused' | 'unknown';

export class FaultyJournal implements Journal {
  readonly isSendDurable = false;
  readonly partitionCount: number;
  /** What happens to the next appends, first one first; afterwards all is fine. */
  readonly appendFaults: Fault[] = [];
  /** The same per partition: taken before the common ones. */
  readonly appendFaultsOf = new Map<number, Fault[]>();
  readonly sendFaults: Fault[] = [];
  readonly historyFaults: Fault[] = [];
  /** Appends wait for it. */
  gate: Promise<void> | undefined;
  /** Smaller than the real one when it is set. */
  decisionBytesMax: number | undefined;
  appends = 0;
  sends = 0;
  claims = 0;

  constructor(readonly inner: MemoryJournal) {
    this.partitionCount = inner.partitionCount;
  }

  send(commands: readonly Command[]): Promise<void> {
    this.sends += 1;
    return suffer(this.sendFaults.shift(), () => this.inner.send(commands));
  }

  async claim(partition: number, owner: string, since: { offset: number; epoch: number }): Promise<Claim> {
    const claim = await this.inner.claim(partition, owner, since);
    this.claims += 1;
    return {
      ...claim,
      decisionBytesMax: this.decisionBytesMax ?? claim.decisionBytesMax,
      append: async (decisions) => {
        this.appends += 1;
        await this.gate;
        const fault = this.appendFaultsOf.get(partition)?.shift() ?? this.appendFaults.shift();
        return suffer(fault, () => claim.append(decisions));
      },
    };
  }

  read(partition: number, fromOffset: number, toOffset?: number): AsyncIterable<EventBatch> {
    return this.inner.read(partition, fromOffset, toOffset);
  }

  end(partition: number): Promise<number> {
    return this.inner.end(partition);
  }

  follow(
    from: ReadonlyMap<number, number>,
    onBatch: (batch: EventBatch) => void | Promise<void>,
    onFailure: (error: unknown) => void,
  ): Promise<Subscription> {
    return this.inner.follow(from, onBatch, onFailure);
  }

  history(workflowId: string): Promise<readonly HistoryEntry[]> {
    return suffer(this.historyFaults.shift(), () => this.inner.history(workflowId));
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

async function suffer<T>(fault: Fault | undefined, call: () => Promise<T>): Promise<T> {
  if (fault === 'refused') throw unavailable();
  const result = await call();
  if (fault === 'unknown') throw unavailable();
  return result;
}

export function unavailable(): DaCapoError {
  return new DaCapoError('JOURNAL_UNAVAILABLE', 'a fault of the test');
}

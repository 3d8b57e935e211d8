import { hash } from 'node:crypto';
import { encodeCommand, invariant, type SealedEvent, sealEvent } from '@dacapo/contracts';
import type { Claim, CommandSource, Decision, EventBatch, StoredEvent } from '@dacapo/ports';
import type { JournalFile } from './journal-file.js';
import type { Partition } from './partition.js';
import { rowKey } from './row-key.js';
import { unavailable } from './unavailable.js';
import type { Commit } from './writer.js';

type Since = { readonly offset: number; readonly epoch: number };
type ReadEvents = (partition: number, from: number, to: number) => AsyncIterable<EventBatch>;

const sha256 = (text: string): string => hash('sha256', text, 'base64url');

export class SqliteClaim implements Claim {
  readonly decisionBytesMax = Infinity;
  readonly partition: number;
  /** Released, or the outcome of an append is unknown: whoever goes on must claim anew and read the tail. */
  private isOver = false;

  private constructor(
    private readonly file: JournalFile,
    private readonly of: Partition,
    readonly epoch: number,
    private readonly since: Since,
    /** Row of the claim itself. */
    private readonly offset: number,
    private readonly read: ReadEvents,
  ) {
    this.partition = of.index;
  }

  static async take(
    file: JournalFile,
    partition: Partition,
    owner: string,
    since: Since,
    now: number,
    read: ReadEvents,
  ): Promise<SqliteClaim> {
    const epoch = Math.max(partition.epoch, since.epoch) + 1;
    const offset = partition.reservedEnd;
    const time = Math.max(now, partition.time);
    const place = { workflowId: '', seq: 0, time, causation: '', epoch, previousHash: '' };
    const sealed = sealEvent('PartitionClaimed', { owner }, place, sha256);
    // From here on the owner before is fenced; what it has in flight stands in front of the claim.
    partition.epoch = epoch;
    partition.reservedEnd = offset + 1;
    await new Promise<void>((resolve, reject) => {
      file.commit({
        rows: [rowKey(partition.index, offset), '', time, null, sealed.text],
        definitions: [],
        onStored: () => {
          partition.queue.decided(offset - 1);
          resolve();
          partition.stored([{ ...sealed, offset }], offset + 1);
          file.changed();
        },
        onFailed: reject,
      });
    });
    return new SqliteClaim(file, partition, epoch, since, offset, read);
  }

  tail(): AsyncIterable<EventBatch> {
    return this.read(this.partition, this.since.offset, this.offset + 1);
  }

  commands(fromOffset: number): CommandSource {
    return this.of.queue.open(Math.max(fromOffset, this.offset + 1), () => this.file.whenIdle());
  }

  append(decisions: readonly Decision[]): Promise<readonly (readonly StoredEvent[])[]> {
    try {
      this.mustHold();
      return decisions.length === 0 ? Promise.resolve([]) : this.store(decisions, this.rowsOf(decisions));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async release(): Promise<void> {
    this.isOver = true;
  }

  private mustHold(): void {
    if (this.isOver) throw unavailable('the claim was released or an append of it failed: claim the partition again');
    if (this.epoch !== this.of.epoch) throw unavailable(`partition ${this.partition} was taken by a newer owner`);
  }

  private store(decisions: readonly Decision[], rows: Commit['rows']): Promise<readonly (readonly StoredEvent[])[]> {
    const stored = decisions.map(({ events, offset }) => events.map(({ event, text }) => ({ event, text, offset })));
    const end = this.of.reservedEnd;
    return new Promise((resolve, reject) => {
      this.file.commit({
        rows,
        definitions: [],
        onStored: () => {
          this.of.queue.decided(end - 1);
          resolve(stored);
          this.of.stored(stored.length === 1 ? (stored[0] ?? []) : stored.flat(), end);
          this.file.changed();
        },
        onFailed: (error) => {
          this.isOver = true;
          reject(error);
        },
      });
    });
  }

  private rowsOf(decisions: readonly Decision[]): (number | string | null)[] {
    const rows: (number | string | null)[] = [];
    let next = this.of.reservedEnd;
    for (const { offset, command, time, events } of decisions) {
      // A command that led to nothing may leave a gap, but none may be stored twice or out of order.
      invariant(offset >= next, 'decisions are stored in the order of their commands');
      rows.push(rowKey(this.partition, offset), command.workflowId, time, encodeCommand(command), textOf(events));
      next = offset + 1;
    }
    this.of.reservedEnd = next;
    return rows;
  }
}

/** JSON has no raw line feed, so the texts can be parted again. */
function textOf(events: readonly SealedEvent[]): string {
  let texts = events[0]?.text ?? '';
  for (let i = 1; i < events.length; i++) texts += `\n${events[i]?.text}`;
  return texts;
}

/**
 * The journal in memory, for tests and simulation: the embedded journal's behaviour without its disk. A command becomes
 * durable with its decision, so a new journal on the same log begins without waiting commands.
 */
import { hash } from 'node:crypto';
import { type Command, DaCapoError, formatPosition, invariant, partitionOf, sealEvent } from '@dacapo/contracts';
import type {
  Claim,
  Clock,
  Decision,
  EventBatch,
  HistoryEntry,
  Journal,
  StoredEvent,
  Subscription,
} from '@dacapo/ports';
import { CommandQueue } from './command-queue.js';
import { MemoryLog } from './memory-log.js';
import { MemorySubscription } from './memory-subscription.js';

export interface MemoryJournalOptions {
  readonly partitionCount: number;
  readonly clock: Clock;
  /** The log of an earlier journal, to restart on it. */
  readonly log?: MemoryLog;
}

export class MemoryJournal implements Journal {
  readonly isSendDurable = false;
  readonly partitionCount: number;
  readonly log: MemoryLog;
  private readonly clock: Clock;
  private readonly queues: readonly CommandQueue[];
  private readonly subscriptions = new Set<MemorySubscription>();
  private isClosed = false;

  constructor({ partitionCount, clock, log = new MemoryLog(partitionCount) }: MemoryJournalOptions) {
    invariant(log.partitionCount === partitionCount, 'the number of partitions never changes');
    this.partitionCount = partitionCount;
    this.clock = clock;
    this.log = log;
    this.queues = Array.from({ length: partitionCount }, () => new CommandQueue());
  }

  async send(commands: readonly Command[]): Promise<void> {
    this.mustBeOpen();
    const time = this.clock.now();
    for (const command of commands)
      this.queue(partitionOf(command.workflowId, this.partitionCount)).push(command, time);
  }

  async claim(
    partition: number,
    owner: string,
    since: { readonly offset: number; readonly epoch: number },
  ): Promise<Claim> {
    this.mustBeOpen();
    const queue = this.queue(partition);
    const offset = this.log.end(partition);
    const epoch = Math.max(since.epoch, this.log.epochs[partition] ?? 0) + 1;
    const time = Math.max(this.clock.now(), this.log.rows(partition).at(-1)?.events.at(-1)?.event.time ?? 0);
    const place = { workflowId: '', seq: 0, time, causation: '', epoch, previousHash: '' };
    const sealed = sealEvent('PartitionClaimed', { owner }, place, (text) => hash('sha256', text, 'base64url'));
    this.log.epochs[partition] = epoch;
    this.log.push(partition, { offset, events: [{ ...sealed, offset }] });
    queue.decided(offset - 1);
    this.wake(partition);
    return {
      partition,
      epoch,
      decisionBytesMax: Infinity,
      tail: () => this.read(partition, since.offset, offset + 1),
      commands: (from) => queue.open(Math.max(from, offset + 1)),
      append: async (decisions) => this.append(partition, epoch, decisions),
      release: async () => undefined,
    };
  }

  async *read(partition: number, fromOffset: number, toOffset = Infinity): AsyncIterable<EventBatch> {
    const end = Math.min(toOffset, this.log.end(partition));
    for (let from = fromOffset; ;) {
      const batch = this.log.batch(partition, from, end);
      if (batch === undefined) return;
      from = batch.nextOffset;
      if (batch.events.length > 0) yield batch;
    }
  }

  async end(partition: number): Promise<number> {
    return this.log.end(partition);
  }

  async follow(
    from: ReadonlyMap<number, number>,
    onBatch: (batch: EventBatch) => void | Promise<void>,
    onFailure: (error: unknown) => void,
  ): Promise<Subscription> {
    this.mustBeOpen();
    const subscription = new MemorySubscription(this.log, from, onBatch, onFailure);
    this.subscriptions.add(subscription);
    subscription.wakeAll();
    return {
      close: () => {
        this.subscriptions.delete(subscription);
        return subscription.close();
      },
    };
  }

  async history(workflowId: string): Promise<readonly HistoryEntry[]> {
    const partition = partitionOf(workflowId, this.partitionCount);
    return this.log
      .rows(partition)
      .filter((row) => row.command?.workflowId === workflowId)
      .map(({ offset, command, events }) => ({
        causation: formatPosition(partition, offset),
        ...(command && { command }),
        events,
      }));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const queue of this.queues) queue.close();
    await Promise.all([...this.subscriptions].map((each) => each.close()));
    this.subscriptions.clear();
  }

  private append(partition: number, epoch: number, decisions: readonly Decision[]): StoredEvent[][] {
    this.mustBeOpen();
    if (epoch !== this.log.epochs[partition]) {
      throw new DaCapoError('JOURNAL_UNAVAILABLE', `partition ${partition} was taken by a newer owner`);
    }
    let next = this.log.end(partition);
    for (const { offset } of decisions) {
      invariant(offset >= next, 'decisions are stored in the order of their commands');
      next = offset + 1;
    }
    const stored = decisions.map(({ offset, command, events }) => {
      const row = { offset, command, events: events.map(({ event, text }) => ({ event, text, offset })) };
      this.log.push(partition, row);
      return row.events;
    });
    this.queue(partition).decided(next - 1);
    this.wake(partition);
    return stored;
  }

  private wake(partition: number): void {
    for (const subscription of this.subscriptions) subscription.wake(partition);
  }

  private queue(partition: number): CommandQueue {
    const queue = this.queues[partition];
    invariant(queue, `partition ${partition} exists`);
    return queue;
  }

  private mustBeOpen(): void {
    if (this.isClosed) throw new DaCapoError('JOURNAL_UNAVAILABLE', 'the journal is closed');
  }
}

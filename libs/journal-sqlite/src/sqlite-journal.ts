/**
 * The embedded journal: one file, one process. A row is one decision, command and events together, so a command becomes durable
 * with its decision; until then it waits in memory. The main thread never touches SQLite.
 */
import { type Command, partitionOf } from '@dacapo/contracts';
import type { Claim, EventBatch, HistoryEntry, Journal, Subscription } from '@dacapo/ports';
import { Follower } from './follower.js';
import { JournalFile, type SqliteJournalOptions } from './journal-file.js';
import type { Partition } from './partition.js';
import { SqliteClaim } from './sqlite-claim.js';
import { SqliteDefinitionLog } from './sqlite-definition-log.js';

export class SqliteJournal implements Journal {
  readonly isSendDurable = false;
  readonly partitionCount: number;
  /** Shares the file and its commits; closed with the journal. */
  readonly definitions: SqliteDefinitionLog;
  private readonly subscriptions = new Set<Subscription>();

  private constructor(
    private readonly file: JournalFile,
    private readonly now: () => number,
  ) {
    this.partitionCount = file.partitions.length;
    this.definitions = new SqliteDefinitionLog(file);
  }

  /** Opens or makes the file. Rejects with JOURNAL_UNAVAILABLE and a remedy when it may not be used. */
  static async open(options: SqliteJournalOptions): Promise<SqliteJournal> {
    return new SqliteJournal(await JournalFile.open(options), () => options.clock.now());
  }

  async send(commands: readonly Command[]): Promise<void> {
    this.file.mustBeOpen();
    const time = this.now();
    for (const command of commands) {
      this.file.partition(partitionOf(command.workflowId, this.partitionCount)).queue.push(command, time);
    }
  }

  async claim(
    partition: number,
    owner: string,
    since: { readonly offset: number; readonly epoch: number },
  ): Promise<Claim> {
    await this.file.writable();
    const of = this.file.partition(partition);
    return SqliteClaim.take(this.file, of, owner, since, this.now(), (...range) => this.read(...range));
  }

  async *read(partition: number, fromOffset: number, toOffset = Infinity): AsyncIterable<EventBatch> {
    const end = Math.min(toOffset, this.file.partition(partition).end);
    for (let from = fromOffset; from < end;) {
      const batch = await this.file.reader.events(partition, from, end);
      from = batch.nextOffset;
      if (batch.events.length > 0) yield batch;
    }
  }

  async end(partition: number): Promise<number> {
    return this.file.partition(partition).end;
  }

  async follow(
    from: ReadonlyMap<number, number>,
    onBatch: (batch: EventBatch) => void | Promise<void>,
    onFailure: (error: unknown) => void,
  ): Promise<Subscription> {
    this.file.mustBeOpen();
    const followers: [Partition, Follower][] = [];
    let isClosed = false;
    const close = async (): Promise<void> => {
      isClosed = true;
      this.subscriptions.delete(subscription);
      for (const [partition, follower] of followers) partition.followers.delete(follower);
      await Promise.all(followers.map(([, follower]) => follower.close()));
    };
    const subscription: Subscription = { close };
    const fail = (error: unknown): void => {
      if (isClosed) return;
      void close();
      onFailure(error);
    };
    for (const [index, position] of from) {
      const partition = this.file.partition(index);
      const read = this.file.reader.events.bind(this.file.reader);
      followers.push([partition, new Follower({ partition, position, read, onBatch, onFailure: fail })]);
    }
    this.subscriptions.add(subscription);
    for (const [partition, follower] of followers) {
      partition.followers.add(follower);
      follower.goOn();
    }
    return subscription;
  }

  /** The index makes a range needless. */
  async history(workflowId: string): Promise<readonly HistoryEntry[]> {
    const entries = await this.file.reader.history(workflowId, partitionOf(workflowId, this.partitionCount));
    // SQLite stores UTF-8: ids with different lone surrogates meet under one key.
    return entries.filter(({ command }) => command?.workflowId === workflowId);
  }

  /** Stores what was appended, ends the threads and gives the folder free. */
  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((each) => each.close()));
    await this.file.close();
  }
}

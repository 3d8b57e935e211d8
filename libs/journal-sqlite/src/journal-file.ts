/**
 * The folder with the journal file: who holds it, its writer and reader threads, its witness, and what the main thread knows
 * of its partitions. The journal and the definition log share one.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { invariant } from '@dacapo/contracts';
import type { Clock } from '@dacapo/ports';
import { FolderLock } from './folder-lock.js';
import { limits } from './limits.js';
import { Partition } from './partition.js';
import { Reader } from './reader.js';
import { unavailable } from './unavailable.js';
import { readWitness, type WitnessContent, WitnessWriter } from './witness.js';
import { type Commit, type StartedWriter, Writer } from './writer.js';
import type { CrashAt, WriterData } from './writer-protocol.js';

export interface SqliteJournalOptions {
  /** The data folder; made if it is missing. Not on a network file system. */
  readonly directory: string;
  /** Fixed for ever when the file is made. */
  readonly partitionCount: number;
  readonly clock: Clock;
  /** For crash tests: where the writer's thread kills the process (`append:written`: after COMMIT, before the answer). */
  readonly crashAt?: CrashAt;
}

export class JournalFile {
  readonly partitions: readonly Partition[];
  /** Id of the next definition row. */
  definitionEnd = 1;
  /** Of the last durable definition row. */
  lastDefinition = 0;
  private readonly witness: WitnessWriter;
  private restarting: Promise<void> | undefined;
  private isClosed = false;

  private constructor(
    private readonly options: SqliteJournalOptions,
    private readonly lock: FolderLock,
    private writer: Writer,
    readonly reader: Reader,
    known: WitnessContent | undefined,
  ) {
    this.partitions = Array.from({ length: options.partitionCount }, (_, index) => new Partition(index));
    // A row without events does not tell the last event; the witness still does.
    for (const partition of this.partitions) partition.last = known?.partitions[partition.index];
    this.witness = new WitnessWriter(options.directory, options.clock, () => this.witnessed());
  }

  static async open(options: SqliteJournalOptions): Promise<JournalFile> {
    const { directory, partitionCount } = options;
    invariant(partitionCount > 0 && partitionCount <= limits.partitionsMax, `1 to ${limits.partitionsMax} partitions`);
    const lock = FolderLock.take(directory);
    let reader: Reader | undefined;
    try {
      const file = fileIn(directory);
      const known = await readWitness(directory);
      // Before the writer starts, for its close would do away with the damaged WAL.
      if (known !== undefined) {
        if (!existsSync(file)) throw behind(file, 'the file is missing');
        reader = new Reader(file);
        await compare(reader, file, known);
      }
      const started = await Writer.start(writerData(options));
      const opened = new JournalFile(options, lock, started.writer, reader ?? new Reader(file), known);
      opened.adopt(started);
      return opened;
    } catch (error) {
      await reader?.close();
      lock.release();
      throw error;
    }
  }

  partition(index: number): Partition {
    const partition = this.partitions[index];
    invariant(partition, `partition ${index} exists`);
    return partition;
  }

  commit(commit: Commit): void {
    this.writer.commit(commit);
  }

  /** Undefined when a commit would begin at once. */
  whenIdle(): Promise<void> | undefined {
    return this.writer.whenIdle();
  }

  /** To be called when something that was committed is durable. */
  changed(): void {
    this.witness.changed();
  }

  mustBeOpen(): void {
    if (this.isClosed) throw unavailable('the journal is closed');
  }

  /** Starts another writer if the last one failed. */
  async writable(): Promise<void> {
    this.mustBeOpen();
    if (!this.writer.hasFailed) return;
    this.restarting ??= this.restart().finally(() => (this.restarting = undefined));
    await this.restarting;
    this.mustBeOpen();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.restarting?.catch(() => undefined);
    for (const { queue } of this.partitions) queue.close();
    await this.writer.close();
    await this.witness.close();
    await this.reader.close();
    this.lock.release();
  }

  private async restart(): Promise<void> {
    await this.writer.close();
    const started = await Writer.start(writerData(this.options));
    this.writer = started.writer;
    this.adopt(started);
  }

  private adopt({ partitions, definitionEnd }: StartedWriter): void {
    this.definitionEnd = definitionEnd;
    this.lastDefinition = definitionEnd - 1;
    partitions.forEach((stored, index) => this.partition(index).adopt(stored));
  }

  private witnessed(): WitnessContent {
    const known = this.partitions.flatMap(({ index, last }) =>
      last === undefined ? [] : [[String(index), last] as const],
    );
    return { partitions: Object.fromEntries(known), definition: this.lastDefinition };
  }
}

function fileIn(directory: string): string {
  return join(directory, 'journal.sqlite');
}

function writerData({ directory, partitionCount, crashAt }: SqliteJournalOptions): WriterData {
  return { file: fileIn(directory), partitionCount, offsetsPerPartition: limits.offsetsPerPartition, crashAt };
}

async function compare(reader: Reader, file: string, known: WitnessContent): Promise<void> {
  for (const [partition, { offset, hash }] of Object.entries(known.partitions)) {
    const place = `partition ${partition}, offset ${offset}`;
    const { events } = await reader.events(Number(partition), offset, offset + 1);
    const found = events.at(-1);
    if (found === undefined) throw behind(file, `${place} is missing`);
    if (found.event.hash !== hash) throw behind(file, `${place} has another hash`);
  }
  if (known.definition > 0 && !(await reader.hasDefinition(known.definition))) {
    throw behind(file, `definition row ${known.definition} is missing`);
  }
}

function behind(file: string, what: string): Error {
  return unavailable(
    `The journal ${file} has lost something that was stored: ${what}, says witness.json beside it. ` +
      'Restore a backup; or, to go on with what is left, delete witness.json and views.sqlite*, for the views know what was lost.',
  );
}

/**
 * SQLite drops every commit behind a damaged frame of its WAL in silence. So what was stored last stands in a second file too,
 * and a journal file that knows less than its witness is refused.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alarm, Clock } from '@dacapo/ports';
import { limits } from './limits.js';
import { unavailable } from './unavailable.js';

export interface LastEvent {
  readonly offset: number;
  readonly hash: string;
}

export interface WitnessContent {
  /** The last event of each partition that has one. */
  readonly partitions: Readonly<Record<string, LastEvent>>;
  /** Id of the last definition row; 0 when there is none. */
  readonly definition: number;
}

const name = 'witness.json';

export async function readWitness(directory: string): Promise<WitnessContent | undefined> {
  const file = join(directory, name);
  try {
    const content = JSON.parse(await readFile(file, 'utf8')) as WitnessContent & { format: number };
    if (content.format !== 1) throw new Error(`it has format ${content.format}`);
    return content;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw unavailable(
      `The witness ${file} cannot be read: ${String(error)}. If the journal is known to be whole, delete it.`,
    );
  }
}

/** Writes the witness some time after a change, and at close. It may know less than the journal, never more. */
export class WitnessWriter {
  private alarm: Alarm | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isChanged = false;

  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
    private readonly content: () => WitnessContent,
  ) {}

  /** Called after each commit: costs a comparison while an alarm is set. */
  changed(): void {
    this.isChanged = true;
    this.alarm ??= this.clock.at(this.clock.now() + limits.witnessDelayMs, () => {
      this.alarm = undefined;
      this.write();
    });
  }

  async close(): Promise<void> {
    this.alarm?.cancel();
    this.write();
    await this.writing;
  }

  private write(): void {
    this.writing = this.writing.then(() => this.writeOnce());
  }

  private async writeOnce(): Promise<void> {
    if (!this.isChanged) return;
    this.isChanged = false;
    try {
      await replaceFile(join(this.directory, name), JSON.stringify({ format: 1, ...this.content() }));
    } catch {
      // An old witness is weaker, not wrong: a full disk must not stop the journal here. The next change, or close, tries again.
      this.isChanged = true;
    }
  }
}

/** By rename, so that a crash leaves the old file or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const next = `${file}.next`;
  const handle = await open(next, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}

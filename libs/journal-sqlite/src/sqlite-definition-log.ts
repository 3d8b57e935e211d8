/** Definitions in the journal's file: an append-only table, stored by the same group commit. */
import type { DefinitionEntry, DefinitionLog } from '@dacapo/ports';
import type { JournalFile } from './journal-file.js';

type OnEntries = (entries: readonly DefinitionEntry[]) => void;

export class SqliteDefinitionLog implements DefinitionLog {
  private readonly followers = new Set<OnEntries>();
  private isClosed = false;

  constructor(private readonly file: JournalFile) {}

  async put(entries: readonly DefinitionEntry[]): Promise<void> {
    await this.file.writable();
    if (entries.length === 0) return;
    const rows = entries.flatMap(({ key, value }) => [this.file.definitionEnd++, key, value]);
    const last = this.file.definitionEnd - 1;
    await new Promise<void>((resolve, reject) => {
      this.file.commit({
        rows: [],
        definitions: rows,
        onStored: () => {
          this.file.lastDefinition = last;
          this.file.changed();
          resolve();
          for (const tell of this.followers) tell(entries);
        },
        onFailed: reject,
      });
    });
  }

  async follow(onEntries: OnEntries): Promise<void> {
    this.file.mustBeOpen();
    // What is stored while the file is being read waits until that is delivered.
    let late: DefinitionEntry[] | undefined = [];
    const tell: OnEntries = (entries) => {
      if (late === undefined) onEntries(entries);
      else late.push(...entries);
    };
    this.followers.add(tell);
    for await (const entries of this.file.reader.definitions(this.file.lastDefinition + 1)) {
      if (entries.length > 0 && !this.isClosed) onEntries(entries);
    }
    if (late.length > 0 && !this.isClosed) onEntries(late);
    late = undefined;
  }

  /** Ends the followers; the file is the journal's to close. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.followers.clear();
  }
}

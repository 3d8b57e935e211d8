import type { DefinitionEntry, DefinitionLog } from '@dacapo/ports';

type OnEntries = (entries: readonly DefinitionEntry[]) => void;

/** What the logs that are opened on it have stored; it outlives them, so a test restarts a log. */
export class MemoryDefinitions {
  readonly values = new Map<string, string>();
  readonly followers = new Set<OnEntries>();
}

export class MemoryDefinitionLog implements DefinitionLog {
  private readonly own = new Set<OnEntries>();

  constructor(private readonly definitions = new MemoryDefinitions()) {}

  async put(entries: readonly DefinitionEntry[]): Promise<void> {
    for (const { key, value } of entries) {
      if (value === null) this.definitions.values.delete(key);
      else this.definitions.values.set(key, value);
    }
    for (const tell of this.definitions.followers) tell(entries);
  }

  async follow(onEntries: OnEntries): Promise<void> {
    const entries = [...this.definitions.values].map(([key, value]) => ({ key, value }));
    if (entries.length > 0) onEntries(entries);
    this.own.add(onEntries);
    this.definitions.followers.add(onEntries);
  }

  async close(): Promise<void> {
    for (const each of this.own) this.definitions.followers.delete(each);
    this.own.clear();
  }
}

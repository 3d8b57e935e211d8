/** One entry: `value` is JSON text, or null when the key was removed. */
export interface DefinitionEntry {
  readonly key: string;
  readonly value: string | null;
}

/**
 * The log of definitions: contents under their digest (`digest:...`, kept for ever), pointers (`workflow:name:version`),
 * task definitions (`task:name`). The last value of a key counts.
 */
export interface DefinitionLog {
  /** Resolves when durable. */
  put(entries: readonly DefinitionEntry[]): Promise<void>;
  /** Delivers everything that there is (older values of a key may be left out) before it resolves, then what comes, in order. */
  follow(onEntries: (entries: readonly DefinitionEntry[]) => void): Promise<void>;
  close(): Promise<void>;
}

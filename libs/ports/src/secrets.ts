/** Values that definitions ask for by name: those of the environment stand in the history of a workflow, secrets never do. */

/** Values of `${workflow.env.NAME}`: text. Kept in memory, because every start may ask. */
export interface EnvironmentStore {
  /** By name. */
  list(): readonly { readonly name: string; readonly value: string }[];
  get(name: string): string | undefined;
  /** Resolves when durable and visible to the next read of this process. */
  put(name: string, value: string): Promise<void>;
  /** False when there was none. Rejects with SECRETS_READ_ONLY when it is kept elsewhere. */
  delete(name: string): Promise<boolean>;
}

export interface SecretEntry {
  readonly name: string;
  /** Epoch milliseconds; 0 when unknown. */
  readonly createTime: number;
  readonly updateTime: number;
}

/** Values of `${workflow.secrets.NAME}`. Asked when a task is handed out, never while something is decided. */
export interface SecretStore {
  /** By name; never with values. */
  list(): readonly SecretEntry[];
  /** Rejects when there is such a secret and it cannot be read. */
  get(name: string): Promise<string | undefined>;
  /** All values that this process can read and that are long enough not to be met by chance; another list once a secret has changed. */
  values(): readonly string[];
  /** Rejects with SECRETS_READ_ONLY when this installation cannot keep secrets. */
  put(name: string, value: string): Promise<void>;
  delete(name: string): Promise<boolean>;
}

/** Secrets at rest. The name is sealed with the value: a sealed text does not open under another name. */
export interface SecretCipher {
  seal(name: string, text: string): string;
  /** Throws when the key is another one, or the text was changed. */
  open(name: string, sealed: string): string;
}

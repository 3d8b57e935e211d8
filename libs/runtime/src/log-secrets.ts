/** Secrets on the log of definitions, sealed, in front of those that the process was started with. */
import { DaCapoError } from '@dacapo/contracts';
import type { Clock, SecretCipher, SecretEntry, SecretStore } from '@dacapo/ports';

import { limits } from './limits.js';

interface Sealed {
  readonly sealed: string;
  readonly createTime: number;
  readonly updateTime: number;
}

export interface SecretOptions {
  /** By name: what the process was started with. */
  readonly base?: Readonly<Record<string, string>>;
  /** Without one nothing can be kept here. */
  readonly cipher?: SecretCipher;
}

export class LogSecrets implements SecretStore {
  private readonly entries = new Map<string, Sealed>();
  /** Made when somebody asks, thrown away when anything changes. */
  private known: readonly string[] | undefined;

  constructor(
    private readonly options: SecretOptions,
    private readonly clock: Clock,
    private readonly store: (name: string, value: object | null) => Promise<void>,
  ) {}

  /** What the log says; undefined when it was removed. */
  take(name: string, entry: Sealed | undefined): void {
    this.known = undefined;
    if (entry === undefined) this.entries.delete(name);
    else this.entries.set(name, entry);
  }

  list(): readonly SecretEntry[] {
    const names = new Set([...Object.keys(this.options.base ?? {}), ...this.entries.keys()]);
    return [...names].toSorted().map((name) => {
      const { createTime = 0, updateTime = 0 } = this.entries.get(name) ?? {};
      return { name, createTime, updateTime };
    });
  }

  async get(name: string): Promise<string | undefined> {
    const entry = this.entries.get(name);
    if (entry !== undefined) return this.opened(name, entry);
    const { base = {} } = this.options;
    return Object.hasOwn(base, name) ? base[name] : undefined;
  }

  values(): readonly string[] {
    return (this.known ??= this.readable().filter((value) => value.length >= limits.secretCharacters));
  }

  private readable(): readonly string[] {
    const { base = {}, cipher } = this.options;
    const kept = cipher === undefined ? [] : [...this.entries];
    const opened = kept.flatMap(([name, entry]) => {
      try {
        return [this.opened(name, entry)];
      } catch {
        // What this process cannot read it has handed to nobody.
        return [];
      }
    });
    return [...new Set([...Object.values(base), ...opened])];
  }

  async put(name: string, value: string): Promise<void> {
    const now = this.clock.now();
    const createTime = this.entries.get(name)?.createTime ?? now;
    await this.store(name, { sealed: this.cipher().seal(name, value), createTime, updateTime: now } satisfies Sealed);
  }

  async delete(name: string): Promise<boolean> {
    if (this.entries.has(name)) {
      await this.store(name, null);
      return true;
    }
    if (!Object.hasOwn(this.options.base ?? {}, name)) return false;
    throw new DaCapoError('SECRETS_READ_ONLY', `${name} comes from the environment that the server was started with`);
  }

  private cipher(): SecretCipher {
    const { cipher } = this.options;
    if (cipher !== undefined) return cipher;
    throw new DaCapoError(
      'SECRETS_READ_ONLY',
      'Secrets cannot be kept: the server has no key. Start all processes with the same DACAPO_SECRETS_KEY (32 bytes, base64)',
    );
  }

  /** The library's words about a key or a text stay here. */
  private opened(name: string, { sealed }: Sealed): string {
    try {
      return this.cipher().open(name, sealed);
    } catch {
      throw new DaCapoError('SECRETS_READ_ONLY', `Secret ${name} cannot be opened with the key of this process`);
    }
  }
}

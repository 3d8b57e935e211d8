/** Environment values on the log of definitions, in front of those that the process was started with. */
import { DaCapoError } from '@dacapo/contracts';
import type { EnvironmentStore } from '@dacapo/ports';

export class LogEnvironment implements EnvironmentStore {
  private readonly values = new Map<string, string>();

  constructor(
    private readonly base: Readonly<Record<string, string>>,
    private readonly store: (name: string, value: object | null) => Promise<void>,
  ) {}

  /** What the log says; undefined when it was removed. */
  take(name: string, entry: { readonly value: string } | undefined): void {
    if (entry === undefined) this.values.delete(name);
    else this.values.set(name, entry.value);
  }

  list(): readonly { readonly name: string; readonly value: string }[] {
    const all = new Map([...Object.entries(this.base), ...this.values]);
    return [...all].map(([name, value]) => ({ name, value })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): string | undefined {
    return this.values.get(name) ?? (Object.hasOwn(this.base, name) ? this.base[name] : undefined);
  }

  put(name: string, value: string): Promise<void> {
    return this.store(name, { value });
  }

  async delete(name: string): Promise<boolean> {
    if (!this.values.has(name)) {
      if (!Object.hasOwn(this.base, name)) return false;
      throw new DaCapoError('SECRETS_READ_ONLY', `${name} comes from the environment that the server was started with`);
    }
    await this.store(name, null);
    return true;
  }
}

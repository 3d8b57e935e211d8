/** A role while it waits for its broker and its database, and afterwards: there is something to ask and to stop at any time. */
export interface Role {
  readonly isReady: boolean;
  /** Resolves when it works. */
  start(): Promise<void>;
  /** Takes no more and finishes what is in hand. */
  close(): Promise<void>;
}

export class RoleStart<T extends Role> {
  private readonly waiting = new AbortController();
  /** Undefined until its broker and its database have answered. */
  role: T | undefined;

  constructor(private readonly open: (signal: AbortSignal) => Promise<T>) {}

  get isReady(): boolean {
    return this.role?.isReady ?? false;
  }

  /** Undefined when it was closed meanwhile. */
  async start(): Promise<T | undefined> {
    try {
      this.role = await this.open(this.waiting.signal);
      await this.role.start();
    } catch (error) {
      if (!this.waiting.signal.aborted) throw error;
    }
    return this.waiting.signal.aborted ? undefined : this.role;
  }

  async close(): Promise<void> {
    this.waiting.abort();
    await this.role?.close();
  }
}

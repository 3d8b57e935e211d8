/**
 * Where a sent command is not durable before it is decided, whoever must not lose it waits for the decision. The lanes of a process share
 * one: what a lane sends to another is confirmed by the other's append.
 */
export class Confirmations {
  private readonly waiting = new Map<string, () => void>();

  /** Resolves when all of the commands have been decided, and their decisions are durable. */
  async all(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => new Promise<void>((resolve) => this.waiting.set(id, resolve))));
  }

  decided(id: string): void {
    if (this.waiting.size === 0) return;
    this.waiting.get(id)?.();
    this.waiting.delete(id);
  }
}

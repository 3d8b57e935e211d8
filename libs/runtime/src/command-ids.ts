/**
 * Which repeatable commands were applied: found by id, never by "highest number seen". Bounded by log time: a repeat that comes later than
 * that is judged by the state alone.
 */
const rememberMs = 3_600_000;

export class CommandIds {
  private readonly ids: Map<string, number>;

  constructor(entries: readonly (readonly [id: string, time: number])[]) {
    this.ids = new Map(entries);
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  add(id: string, time: number): void {
    this.ids.set(id, time);
  }

  /** The ids of the last hour; insertion order is log order, so the old ones stand in front. */
  entries(time: number): readonly (readonly [id: string, time: number])[] {
    for (const [id, added] of this.ids) {
      if (added >= time - rememberMs) break;
      this.ids.delete(id);
    }
    return [...this.ids];
  }
}

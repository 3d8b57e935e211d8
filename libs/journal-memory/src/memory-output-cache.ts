import type { CachedOutput, OutputCache } from '@dacapo/ports';

export class MemoryOutputCache implements OutputCache {
  private readonly outputs = new Map<string, CachedOutput>();

  async find(cacheId: string, now: number): Promise<CachedOutput['output'] | undefined> {
    const entry = this.outputs.get(cacheId);
    return entry !== undefined && entry.until > now ? entry.output : undefined;
  }

  async keep(entry: CachedOutput): Promise<void> {
    this.outputs.set(entry.cacheId, entry);
  }

  async prune(now: number, countMax: number): Promise<void> {
    const left = [...this.outputs.values()].filter(({ until }) => until > now).toSorted((a, b) => b.until - a.until);
    this.outputs.clear();
    for (const entry of left.slice(0, countMax)) this.outputs.set(entry.cacheId, entry);
  }
}

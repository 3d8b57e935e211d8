import type { JsonObject } from '@dacapo/contracts';
import type { CachedOutput, OutputCache } from '@dacapo/ports';
import type { StoreThread } from './store-thread.js';

export class SqliteOutputCache implements OutputCache {
  constructor(
    private readonly writer: StoreThread,
    private readonly reader: StoreThread,
  ) {}

  async find(cacheId: string, now: number): Promise<JsonObject | undefined> {
    const [row] = await this.reader.read('SELECT output FROM outputs WHERE id = ? AND until > ?', [cacheId, now]);
    return row && (JSON.parse(String(row[0])) as JsonObject);
  }

  keep({ cacheId, until, output }: CachedOutput): Promise<void> {
    return this.writer.write([{ target: 'outputs', cells: [cacheId, until, JSON.stringify(output)] }]);
  }

  prune(now: number, countMax: number): Promise<void> {
    return this.writer.write([{ target: 'pruned', cells: [now, countMax] }]);
  }
}

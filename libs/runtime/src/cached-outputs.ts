/**
 * Outputs that tasks of this process keep and look for. Nobody waits for the cache: what cannot be kept is forgotten, and one that does not
 * answer in time has nothing.
 */
import type { JsonObject } from '@dacapo/contracts';
import type { CachedOutput, Clock, OutputCache } from '@dacapo/ports';

import { limits } from './limits.js';
import type { Log } from './log.js';

export class CachedOutputs {
  /** Being written: whoever looks for one already gets it. */
  private readonly onTheWay = new Map<string, CachedOutput>();
  private kept = 0;
  private isAway = false;

  constructor(
    private readonly cache: OutputCache,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  keep(entry: CachedOutput): void {
    if (this.onTheWay.size >= limits.outputsOnTheWay) return;
    if (JSON.stringify(entry.output).length > limits.cachedOutputCharacters) return;
    this.onTheWay.set(entry.cacheId, entry);
    void this.write(entry);
  }

  async find(cacheId: string, now: number): Promise<JsonObject | undefined> {
    const entry = this.onTheWay.get(cacheId);
    if (entry !== undefined) return entry.until > now ? entry.output : undefined;
    return this.inTime(this.cache.find(cacheId, now));
  }

  private async write(entry: CachedOutput): Promise<void> {
    try {
      await this.cache.keep(entry);
      if (this.kept++ % limits.outputsBetweenPrunes === 0) {
        await this.cache.prune(this.clock.now(), limits.cachedOutputs);
      }
      this.isAway = false;
    } catch (error) {
      this.complain(error);
    } finally {
      if (this.onTheWay.get(entry.cacheId) === entry) this.onTheWay.delete(entry.cacheId);
    }
  }

  private async inTime(found: Promise<JsonObject | undefined>): Promise<JsonObject | undefined> {
    return new Promise((resolve) => {
      const alarm = this.clock.at(this.clock.now() + limits.cachedOutputMs, () => resolve(undefined));
      const end = (output?: JsonObject): void => {
        alarm.cancel();
        resolve(output);
      };
      found.then(end, (error: unknown) => {
        this.complain(error);
        end();
      });
    });
  }

  /** Once, until it is there again. */
  private complain(error: unknown): void {
    if (!this.isAway) this.log.warn({ error }, 'outputs cannot be reused: their store is away');
    this.isAway = true;
  }
}

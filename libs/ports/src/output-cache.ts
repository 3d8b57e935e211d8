import type { JsonObject } from '@dacapo/contracts';

/** An output of a task that others may reuse. `until`: epoch milliseconds. */
export interface CachedOutput {
  readonly cacheId: string;
  readonly until: number;
  readonly output: JsonObject;
}

/** Outputs to be reused. A cache: losing one costs the time of doing the work again. */
export interface OutputCache {
  /** Undefined when there is none, or its time is over at `now`. */
  find(cacheId: string, now: number): Promise<JsonObject | undefined>;
  /** Replaces the one that was there. */
  keep(entry: CachedOutput): Promise<void>;
  /** Drops those whose time is over at `now`, and of the others those that end first, until at most `countMax` are left. */
  prune(now: number, countMax: number): Promise<void>;
}

/** Outputs that tasks may reuse, in the collection `outputs`. */
import type { JsonObject } from '@dacapo/contracts';
import type { CachedOutput, OutputCache } from '@dacapo/ports';
import type { Collection, Db } from 'mongodb';
import { attempt } from './failure.js';

interface StoredOutput {
  readonly _id: string;
  readonly until: number;
  readonly output: string;
}

export class MongoOutputCache implements OutputCache {
  private readonly outputs: Collection<StoredOutput>;

  constructor(database: Db) {
    this.outputs = database.collection('outputs');
  }

  async createIndexes(): Promise<void> {
    await this.outputs.createIndexes([{ key: { until: 1 } }]);
  }

  async find(cacheId: string, now: number): Promise<JsonObject | undefined> {
    return attempt('reading an output to reuse', async () => {
      const stored = await this.outputs.findOne({ _id: cacheId });
      return stored === null || stored.until <= now ? undefined : (JSON.parse(stored.output) as JsonObject);
    });
  }

  async keep({ cacheId, until, output }: CachedOutput): Promise<void> {
    await attempt('writing an output to reuse', () =>
      this.outputs.replaceOne({ _id: cacheId }, { until, output: JSON.stringify(output) }, { upsert: true }),
    );
  }

  async prune(now: number, countMax: number): Promise<void> {
    await attempt('pruning outputs', async () => {
      await this.outputs.deleteMany({ until: { $lte: now } });
      // The first one too many; those that end in the same millisecond go with it.
      const [last] = await this.outputs
        .find({}, { projection: { _id: 0, until: 1 }, sort: { until: -1 }, skip: countMax, limit: 1 })
        .toArray();
      if (last !== undefined) await this.outputs.deleteMany({ until: { $lte: last.until } });
    });
  }
}

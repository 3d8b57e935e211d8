import type { Collection, Filter } from 'mongodb';
import { keyOf } from './key.js';
import { limits } from './limits.js';

interface Keyed {
  readonly _id: string;
}

/** Documents by id, in any order; those that do not exist are left out. Asks for a bounded number at a time. */
export async function findByIds<D extends Keyed>(
  collection: Collection<D>,
  ids: readonly string[],
): Promise<readonly D[]> {
  const found: D[] = [];
  for (let start = 0; start < ids.length; start += limits.idsPerQuery) {
    const keys = ids.slice(start, start + limits.idsPerQuery).map(keyOf);
    const filter = { _id: { $in: keys } } as unknown as Filter<D>;
    found.push(...((await collection.find(filter, { batchSize: limits.idsPerQuery }).toArray()) as unknown as D[]));
  }
  return found;
}

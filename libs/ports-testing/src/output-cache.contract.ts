/** What every cache of outputs must do. The collection is the suite's own: it counts what is in there. */
import type { OutputCache } from '@dacapo/ports';
import { oddValues } from './odd-values.js';
import { anId } from './test-lane.js';

export interface OutputCacheFixture {
  /** Opens the cache. Called again after `close` it is a restart. */
  open(): Promise<OutputCache & { close(): Promise<void> }>;
  remove(): Promise<void>;
}

export function outputCacheContract(name: string, create: () => Promise<OutputCacheFixture>): void {
  describe(`${name} as a cache of outputs`, () => {
    let fixture: OutputCacheFixture;
    let cache: Awaited<ReturnType<OutputCacheFixture['open']>>;

    beforeEach(async () => {
      fixture = await create();
      cache = await fixture.open();
      await cache.prune(Number.MAX_SAFE_INTEGER, 0);
    });

    afterEach(async () => {
      await cache.close();
      await fixture.remove();
    });

    const keep = async (until: number, output = {}): Promise<string> => {
      const cacheId = anId();
      await cache.keep({ cacheId, until, output });
      return cacheId;
    };
    const isThere = async (cacheId: string): Promise<boolean> => (await cache.find(cacheId, 0)) !== undefined;

    it('knows nothing at first', async () => {
      expect(await cache.find(anId(), 0)).toBeUndefined();
      await cache.prune(0, 0);
    });

    it('gives back an output exactly', async () => {
      const cacheId = await keep(10, { odd: oddValues });
      expect(await cache.find(cacheId, 1)).toEqual({ odd: oddValues });
    });

    it('gives it until its time, and no longer', async () => {
      const cacheId = await keep(1_000);
      expect(await cache.find(cacheId, 999)).toEqual({});
      expect(await cache.find(cacheId, 1_000)).toBeUndefined();
    });

    it('replaces what was there, also by one that ends earlier', async () => {
      const cacheId = await keep(1_000, { n: 1 });
      await cache.keep({ cacheId, until: 500, output: { n: 2 } });
      expect(await cache.find(cacheId, 499)).toEqual({ n: 2 });
      expect(await cache.find(cacheId, 500)).toBeUndefined();
    });

    it('drops what is over', async () => {
      const [over, left] = [await keep(10), await keep(11)];
      await cache.prune(10, 100);
      expect([await isThere(over), await isThere(left)]).toEqual([false, true]);
    });

    it('drops what ends first when there are too many', async () => {
      const ids = await Promise.all([30, 10, 40, 20].map((until) => keep(until)));
      await cache.prune(0, 4);
      expect(await Promise.all(ids.map(isThere))).toEqual([true, true, true, true]);
      await cache.prune(0, 3);
      expect(await Promise.all(ids.map(isThere))).toEqual([true, false, true, true]);
      await cache.prune(15, 1);
      expect(await Promise.all(ids.map(isThere))).toEqual([false, false, true, false]);
    });

    it('survives a restart', async () => {
      const cacheId = await keep(10, { n: 1 });
      await cache.close();
      cache = await fixture.open();
      expect(await cache.find(cacheId, 1)).toEqual({ n: 1 });
    });
  });
}

import { DaCapoError } from '@dacapo/contracts';
import { MemoryOutputCache, VirtualClock } from '@dacapo/journal-memory';
import { Condition } from '@dacapo/ports-testing';

import { CachedOutputs } from './cached-outputs.js';
import { limits } from './limits.js';
import { overriding } from './testing/temporary-store.js';
import { TestLog } from './testing/test-log.js';

const away = (): Promise<never> => Promise.reject(new DaCapoError('STORE_UNAVAILABLE', 'away'));
const never = (): Promise<never> => new Promise(() => undefined);
const entry = (cacheId: string, output = {}, until = 1e15) => ({ cacheId, until, output });

describe('CachedOutputs', () => {
  let clock: VirtualClock;
  let log: TestLog;
  let memory: MemoryOutputCache;

  beforeEach(() => {
    clock = new VirtualClock();
    log = new TestLog();
    memory = new MemoryOutputCache();
  });

  const over = (changes: Partial<MemoryOutputCache> = {}): CachedOutputs =>
    new CachedOutputs(overriding(memory, changes), clock, log);

  it('finds what the store has', async () => {
    await memory.keep(entry('a', { n: 1 }));
    expect(await over().find('a', 0)).toEqual({ n: 1 });
    expect(await over().find('b', 0)).toBeUndefined();
  });

  it('finds what is still being written, for its time', async () => {
    const outputs = over({ keep: never });
    outputs.keep(entry('a', { n: 1 }, 100));
    expect(await outputs.find('a', 99)).toEqual({ n: 1 });
    expect(await outputs.find('a', 100)).toBeUndefined();
  });

  it('has nothing when the store is away, and says so once until it is there again', async () => {
    const outputs = over({ find: away, keep: away });
    expect(await outputs.find('a', 0)).toBeUndefined();
    outputs.keep(entry('a'));
    expect(await outputs.find('b', 0)).toBeUndefined();
    expect(log.count('outputs cannot be reused')).toBe(1);
  });

  it('waits for the store no longer than its time', async () => {
    const finding = over({ find: never }).find('a', 0);
    clock.advance(limits.cachedOutputMs);
    expect(await finding).toBeUndefined();
  });

  it.each([
    [limits.cachedOutputCharacters, true],
    [limits.cachedOutputCharacters + 1, false],
  ])('keeps an output of %i characters: %s', async (characters, isKept) => {
    const output = { t: 'x'.repeat(characters - '{"t":""}'.length) };
    const outputs = over();
    outputs.keep(entry('a', output));
    expect(await outputs.find('a', 0)).toEqual(isKept ? output : undefined);
  });

  it('keeps no more at a time than the store can follow', async () => {
    const outputs = over({ keep: never });
    for (let n = 0; n <= limits.outputsOnTheWay; n++) outputs.keep(entry(`${n}`));
    expect(await outputs.find(`${limits.outputsOnTheWay - 1}`, 0)).toEqual({});
    expect(await outputs.find(`${limits.outputsOnTheWay}`, 0)).toBeUndefined();
  });

  it('has what is over dropped from time to time', async () => {
    const pruned: number[] = [];
    const changed = new Condition();
    const prune = async (_now: number, countMax: number): Promise<void> => {
      pruned.push(countMax);
      changed.changed();
    };
    const outputs = over({ prune });
    const written = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
    outputs.keep(entry('0'));
    await changed.until(() => pruned.length === 1);
    await written();
    for (let n = 1; n <= limits.outputsBetweenPrunes; n++) {
      outputs.keep(entry(`${n}`));
      if (n % limits.outputsOnTheWay === 0) await written();
    }
    await changed.until(() => pruned.length === 2);
    expect(pruned).toEqual([limits.cachedOutputs, limits.cachedOutputs]);
  });
});

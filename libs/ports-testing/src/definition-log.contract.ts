/** What every definition log must do. It looks only at keys of its own, so that it may run on a shared broker. */
import type { DefinitionEntry, DefinitionLog } from '@dacapo/ports';
import { oddValues } from './odd-values.js';
import { anId, Condition } from './test-lane.js';

export interface DefinitionLogFixture {
  /** Opens the log. Called again after `close` it is a restart. */
  open(): Promise<DefinitionLog>;
  remove(): Promise<void>;
}

/** What a follower knows: the last value of each key under the prefix, and all that was delivered. */
class Known {
  readonly entries: DefinitionEntry[] = [];
  readonly condition = new Condition();

  constructor(private readonly prefix: string) {}

  readonly onEntries = (entries: readonly DefinitionEntry[]): void => {
    this.entries.push(...entries.filter((each) => each.key.startsWith(this.prefix)));
    this.condition.changed();
  };

  get values(): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    for (const { key, value } of this.entries) {
      if (value === null) values.delete(key);
      else values.set(key, value);
    }
    return values;
  }
}

export function definitionLogContract(name: string, create: () => Promise<DefinitionLogFixture>): void {
  describe(`${name} as a definition log`, () => {
    let fixture: DefinitionLogFixture;
    let log: DefinitionLog;
    let prefix: string;

    beforeEach(async () => {
      prefix = `workflow:${anId()}:`;
      fixture = await create();
      log = await fixture.open();
    });

    afterEach(async () => {
      await log.close();
      await fixture.remove();
    });

    const put = (key: string, value: string | null): Promise<void> => log.put([{ key: prefix + key, value }]);
    const follow = async (of = log): Promise<Known> => {
      const known = new Known(prefix);
      await of.follow(known.onEntries);
      return known;
    };

    it('is empty at first', async () => {
      expect((await follow()).entries).toEqual([]);
    });

    it('delivers what there is before follow resolves, and the last value of a key counts', async () => {
      await put('a', '1');
      await log.put([
        { key: `${prefix}b`, value: '2' },
        { key: `${prefix}a`, value: '3' },
      ]);
      const known = await follow();
      expect(known.values).toEqual(
        new Map([
          [`${prefix}a`, '3'],
          [`${prefix}b`, '2'],
        ]),
      );
    });

    it('delivers what comes later, in order', async () => {
      await put('a', '1');
      const known = await follow();
      for (let n = 2; n <= 20; n++) await put('a', String(n));
      await known.condition.until(() => known.entries.at(-1)?.value === '20');
      expect(known.entries.map((each) => each.value)).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 1)));
    });

    it('tells every follower', async () => {
      const all = [await follow(), await follow()];
      await put('a', '1');
      for (const known of all) {
        await known.condition.until(() => known.entries.length === 1);
        expect(known.entries).toEqual([{ key: `${prefix}a`, value: '1' }]);
      }
    });

    it('loses nothing that is put while a follower starts', async () => {
      const puts = Array.from({ length: 20 }, (_, n) => put(String(n), String(n)));
      const known = await follow();
      await Promise.all(puts);
      await known.condition.until(() => known.values.size === 20);
      expect([...known.values.values()].sort()).toEqual(Array.from({ length: 20 }, (_, n) => String(n)).sort());
    });

    it('removes a key with null', async () => {
      await put('a', '1');
      await put('b', '1');
      const early = await follow();
      await put('a', null);
      await early.condition.until(() => early.values.size === 1);
      expect([...(await follow()).values.keys()]).toEqual([`${prefix}b`]);
      await put('a', '2');
      expect((await follow()).values.get(`${prefix}a`)).toBe('2');
    });

    it('survives a restart', async () => {
      await put('a', '1');
      await put('a', '2');
      await put('gone', '1');
      await put('gone', null);
      await log.close();
      log = await fixture.open();
      const known = await follow();
      expect([...known.values]).toEqual([[`${prefix}a`, '2']]);
      await put('a', '3');
      await known.condition.until(() => known.values.get(`${prefix}a`) === '3');
    });

    it('keeps odd and large values exactly', async () => {
      const odd = JSON.stringify(oddValues);
      const large = JSON.stringify('x'.repeat(300_000));
      await put('odd \u{1F600}.$', odd);
      await put('large', large);
      const { values } = await follow();
      expect(values.get(`${prefix}odd \u{1F600}.$`)).toBe(odd);
      expect(values.get(`${prefix}large`)).toBe(large);
    });

    it('holds thousands of keys', async () => {
      const entries = Array.from({ length: 3_000 }, (_, n) => ({ key: `${prefix}${n}`, value: String(n) }));
      await log.put(entries);
      expect((await follow()).values.size).toBe(3_000);
    });

    it('delivers nothing after close', async () => {
      const known = await follow();
      await log.close();
      log = await fixture.open();
      await put('a', '1');
      await follow();
      expect(known.entries).toEqual([]);
    });
  });
}

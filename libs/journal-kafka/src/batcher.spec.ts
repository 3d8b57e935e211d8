import { Batcher, type Parcel } from './batcher.js';

interface Named extends Parcel {
  readonly name: string;
}

const aParcel = (name: string, changes: Partial<Parcel> = {}): Named => ({ name, bytes: 10, records: 1, ...changes });

/** Ships when told to, and says what was shipped together. */
class Ship {
  readonly batches: string[][] = [];
  private settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  readonly ship = async (parcels: readonly Named[]): Promise<readonly string[]> => {
    this.batches.push(parcels.map((parcel) => parcel.name));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.settle = { resolve, reject };
    await promise;
    return parcels.map((parcel) => `${parcel.name}!`);
  };

  arrive(): void {
    this.settle?.resolve();
  }

  sink(error: unknown): void {
    this.settle?.reject(error);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a batcher', () => {
  const limits = { bytes: 100, records: 5, waitingBytes: 1_000 };
  let ship: Ship;
  let batcher: Batcher<Named, string>;

  beforeEach(() => {
    ship = new Ship();
    batcher = new Batcher(limits, ship.ship);
  });

  it('ships the first at once and gathers the rest while it is under way', async () => {
    const first = batcher.add(aParcel('a'));
    await turn();
    const rest = [batcher.add(aParcel('b')), batcher.add(aParcel('c'))];
    await turn();
    expect(ship.batches).toEqual([['a']]);
    ship.arrive();
    expect(await first).toBe('a!');
    await turn();
    expect(ship.batches).toEqual([['a'], ['b', 'c']]);
    ship.arrive();
    expect(await Promise.all(rest)).toEqual(['b!', 'c!']);
  });

  it('takes along what is added in the same turn', async () => {
    void batcher.add(aParcel('a'));
    void batcher.add(aParcel('b'));
    await turn();
    expect(ship.batches).toEqual([['a', 'b']]);
  });

  it('starts again after it was idle', async () => {
    const first = batcher.add(aParcel('a'));
    await turn();
    ship.arrive();
    await first;
    const second = batcher.add(aParcel('b'));
    await turn();
    ship.arrive();
    expect(await second).toBe('b!');
  });

  it.each([
    ['bytes', [40, 60, 1], [['a', 'b'], ['c']]],
    ['bytes', [40, 61, 1], [['a'], ['b', 'c']]],
    ['one that is too big alone', [500, 1, 1], [['a'], ['b', 'c']]],
  ])('cuts by %s: %j', async (_, sizes, expected) => {
    const names = ['a', 'b', 'c'];
    for (const [index, bytes] of sizes.entries()) void batcher.add(aParcel(names[index]!, { bytes }));
    await turn();
    ship.arrive();
    await turn();
    expect(ship.batches).toEqual(expected);
  });

  it('cuts by the number of records', async () => {
    void batcher.add(aParcel('a', { records: 3 }));
    void batcher.add(aParcel('b', { records: 2 }));
    void batcher.add(aParcel('c'));
    await turn();
    expect(ship.batches).toEqual([['a', 'b']]);
  });

  it('never ships two parcels of one lane together, and keeps their order', async () => {
    for (const [name, lane] of [
      ['a', 0],
      ['b', 0],
      ['c', 1],
      ['d', 0],
    ] as const)
      void batcher.add(aParcel(name, { lane }));
    for (let n = 0; n < 3; n++) {
      await turn();
      ship.arrive();
    }
    await turn();
    expect(ship.batches).toEqual([['a', 'c'], ['b'], ['d']]);
  });

  it('rejects all of a batch that failed, and goes on with the next', async () => {
    const failed = [batcher.add(aParcel('a')), batcher.add(aParcel('b'))];
    const settled = Promise.allSettled(failed);
    await turn();
    const next = batcher.add(aParcel('c'));
    ship.sink(new Error('sunk'));
    expect((await settled).map((each) => each.status)).toEqual(['rejected', 'rejected']);
    await turn();
    ship.arrive();
    expect(await next).toBe('c!');
  });

  it('refuses what would have to wait behind too much', async () => {
    void batcher.add(aParcel('under way'));
    await turn();
    void batcher.add(aParcel('a', { bytes: 999 }));
    void batcher.add(aParcel('b', { bytes: 1 }));
    await expect(batcher.add(aParcel('c', { bytes: 1 }))).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
  });
});

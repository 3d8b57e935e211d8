/** Who owns what, as a real broker's group says it: members come, leave and go silent. */
import { env } from 'node:process';

import { ensureTopics, PartitionGroup, topicSpecs } from './index.js';

const addresses = env['DACAPO_KAFKA_BROKERS'];
const log = { info: () => undefined, warn: () => undefined };
const partitions = [0, 1, 2, 3, 4, 5];

(addresses === undefined ? describe.skip : describe)('PartitionGroup (needs DACAPO_KAFKA_BROKERS)', () => {
  const prefix = `test-group-${Date.now().toString(36)}.`;
  const spec = topicSpecs.commands(prefix, partitions.length);
  const connection = { brokers: (addresses ?? '').split(','), clientId: 'dacapo-test', log };
  let groups = 0;
  let members: Member[] = [];

  class Member {
    owned: readonly number[] | undefined;
    words = 0;
    readonly group = new PartitionGroup({ ...connection, groupId: `${prefix}${groups}`, topic: spec.name });

    async start(): Promise<void> {
      await this.group.start((owned) => {
        this.owned = owned;
        this.words += 1;
      });
    }
  }

  beforeAll(() => ensureTopics({ ...connection, createTopics: true, topics: [spec] }));
  beforeEach(() => {
    groups += 1;
  });
  afterEach(async () => {
    await Promise.all(members.map(({ group }) => group.close()));
    members = [];
  });

  const join = async (): Promise<Member> => {
    const member = new Member();
    members.push(member);
    await member.start();
    return member;
  };
  const until = async (holds: () => boolean, ms = 15_000): Promise<number> => {
    const begin = Date.now();
    while (!holds() && Date.now() < begin + ms) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(holds()).toBe(true);
    return Date.now() - begin;
  };
  const sizes = (): (number | undefined)[] => members.map(({ owned }) => owned?.length);
  /** Each belongs to one of them, and nobody has much more than another. */
  const isShared = (): boolean => {
    const all = members.flatMap(({ owned = [] }) => owned).toSorted((a, b) => a - b);
    const [least, most] = [Math.min(...sizes().map(Number)), Math.max(...sizes().map(Number))];
    return JSON.stringify(all) === JSON.stringify(partitions) && most - least <= 1;
  };

  it('shares the partitions out among those who are there, and moves no more than it must', async () => {
    const first = await join();
    await until(() => first.owned?.length === partitions.length);
    const second = await join();
    await until(isShared);
    const before = new Set(second.owned);
    await join();
    await until(isShared);
    expect((second.owned ?? []).filter((partition) => !before.has(partition))).toEqual([]);
  }, 30_000);

  it('gives what one who leaves has had to the others, soon', async () => {
    const [first, second] = [await join(), await join()];
    await until(isShared);
    members.splice(members.indexOf(first), 1);
    await first.group.close();
    expect(await until(() => second.owned?.length === partitions.length)).toBeLessThan(3_000);
  }, 30_000);

  it('lets one too many stand by', async () => {
    for (let count = 0; count <= partitions.length; count++) await join();
    await until(isShared);
    expect(sizes().filter((size) => size === 0)).toHaveLength(1);
  }, 60_000);

  it('knows that its word is of now', async () => {
    const { group } = await join();
    const begin = Date.now();
    await group.confirmed();
    expect(Date.now() - begin).toBeLessThan(2_000);
  }, 30_000);
});

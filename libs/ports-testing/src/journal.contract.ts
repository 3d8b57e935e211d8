/**
 * What every journal must do, whatever it is made of. The suite owns no infrastructure: the fixture opens a journal, and
 * opens the same one again after a close. It assumes nothing about offsets but that they grow, and looks only at commands and
 * workflows that it made itself, so that it may run on a shared broker.
 */
import type { Command, DaCapoError } from '@dacapo/contracts';
import type { EventBatch, Journal, StoredEvent } from '@dacapo/ports';
import { oddValues } from './odd-values.js';
import { aCommand, admittedOf, aWorkflowId, Condition, readAll, TestLane } from './test-lane.js';

export interface JournalFixture {
  /** Opens the journal. Called again after `close` it is a restart: the same log, nothing else left. */
  open(): Promise<Journal>;
  /** The clock that stamps the commands. */
  now(): number;
  remove(): Promise<void>;
}

const unavailable = { code: 'JOURNAL_UNAVAILABLE' satisfies DaCapoError['code'] };
const texts = (events: readonly StoredEvent[]): string[] => events.map((each) => each.text);

/** Collects what a follower gets and lets a test wait for it. */
class Follower {
  readonly events: StoredEvent[] = [];
  readonly condition = new Condition();
  failure: unknown;

  constructor(private readonly isWanted: (stored: StoredEvent) => boolean = () => true) {}

  readonly onBatch = (batch: EventBatch): void => {
    this.events.push(...batch.events.filter(this.isWanted));
    this.condition.changed();
  };

  readonly onFailure = (error: unknown): void => {
    this.failure = error;
    this.condition.changed();
  };

  has(count: number): Promise<void> {
    return this.condition.until(() => this.events.length >= count);
  }
}

export function journalContract(name: string, create: () => Promise<JournalFixture>): void {
  describe(`${name} as a journal`, () => {
    let fixture: JournalFixture;
    let journal: Journal;
    const partition = 1;

    const workflowId = (of = partition): string => aWorkflowId(of, journal.partitionCount);
    const commandsFor = (id: string, count: number): Command[] =>
      Array.from({ length: count }, (_, n) => aCommand(id, { n }));
    const restart = async (): Promise<void> => {
      await journal.close();
      journal = await fixture.open();
    };

    beforeEach(async () => {
      fixture = await create();
      journal = await fixture.open();
    });

    afterEach(async () => {
      await journal.close();
      await fixture.remove();
    });

    describe('commands', () => {
      it('come out in the order in which they were sent, stamped by the journal', async () => {
        const lane = await TestLane.take(journal, partition);
        const commands = [...commandsFor(workflowId(), 3), ...commandsFor(workflowId(), 2)];
        const before = fixture.now();
        for (const command of commands) await journal.send([command]);
        const received = await lane.receive(commands);
        expect(received.map((each) => each.command)).toEqual(commands);
        for (const { time } of received) {
          expect(Number.isInteger(time)).toBe(true);
          // A broker's clock may differ from ours by a tick.
          expect(time).toBeGreaterThanOrEqual(before - 5);
          expect(time).toBeLessThanOrEqual(fixture.now() + 5);
        }
        const offsets = received.map((each) => each.offset);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        expect(new Set(offsets).size).toBe(commands.length);
      });

      it('are kept for a lane that comes later', async () => {
        const commands = commandsFor(workflowId(), 2);
        await journal.send(commands);
        const lane = await TestLane.take(journal, partition);
        expect((await lane.receive(commands)).map((each) => each.command)).toEqual(commands);
      });

      it('go to the partition of their workflow', async () => {
        const other = 0;
        const [here, there] = [aCommand(workflowId()), aCommand(workflowId(other))];
        const lanes = [await TestLane.take(journal, partition), await TestLane.take(journal, other)] as const;
        await journal.send([there, here]);
        expect((await lanes[0].receive([here])).map((each) => each.command)).toEqual([here]);
        expect((await lanes[1].receive([there])).map((each) => each.command)).toEqual([there]);
      });

      it('are waited for, and taken at most as many as asked for', async () => {
        const lane = await TestLane.take(journal, partition);
        const commands = commandsFor(workflowId(), 5);
        const ids = new Set(commands.map((command) => command.id));
        const taking = lane.source.take(2);
        await journal.send(commands);
        const sizes: number[] = [];
        let found = 0;
        for (let taken = await taking; ; taken = await lane.source.take(2)) {
          sizes.push(taken.length);
          found += taken.filter((each) => ids.has(each.command.id)).length;
          if (found === commands.length) break;
        }
        expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
        expect(Math.min(...sizes)).toBeGreaterThan(0);
      });

      it('end with an empty take when the source is closed', async () => {
        const lane = await TestLane.take(journal, partition, await knowledge());
        const commands = commandsFor(workflowId(), 1);
        await journal.send(commands);
        await lane.receive(commands);
        const taking = lane.source.take(10);
        await lane.source.close();
        expect(await taking).toEqual([]);
        expect(await lane.source.take(10)).toEqual([]);
      });

      it('that the first owner took and did not decide go to the next owner', async () => {
        const commands = commandsFor(workflowId(), 3);
        const first = await TestLane.take(journal, partition);
        await journal.send(commands);
        const received = await first.receive(commands);
        await first.claim.append([first.decide(received[0]!)]);
        const next = await TestLane.take(journal, partition, undefined, received[0]!.offset + 1);
        const again = await next.receive(commands.slice(1));
        expect(again.map((each) => each.command)).toEqual(commands.slice(1));
      });
    });

    /** What a caller knows that has read everything. */
    async function knowledge(): Promise<{ offset: number; epoch: number }> {
      const events = admittedOf(await readAll(journal, partition, 0));
      return { offset: await journal.end(partition), epoch: events.at(-1)?.event.epoch ?? 0 };
    }

    describe('appending', () => {
      it('stores a batch of decisions in order, and readers get the bytes that were written', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        const { decisions, stored } = await lane.run(journal, commandsFor(workflowId(), 4), 3);
        const read = await readAll(journal, partition, start);
        expect(texts(read)).toEqual(decisions.flatMap((each) => each.events.map((event) => event.text)));
        expect(read.map((each) => each.event)).toEqual(
          decisions.flatMap((each) => each.events.map(({ event }) => event)),
        );
        expect(stored.map((each) => each.length)).toEqual([3, 3, 3, 3]);
        expect(read).toEqual(stored.flat());
      });

      it('gives offsets that never go back, and an end behind the last', async () => {
        const lane = await TestLane.take(journal, partition);
        const first = await lane.run(journal, commandsFor(workflowId(), 3), 2);
        const end = await journal.end(partition);
        const second = await lane.run(journal, commandsFor(workflowId(), 1));
        const offsets = [...first.stored, ...second.stored].flat().map((each) => each.offset);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        expect(end).toBeGreaterThan(first.stored.at(-1)!.at(-1)!.offset);
        expect(second.stored[0]![0]!.offset).toBeGreaterThanOrEqual(end);
      });

      it('keeps odd payloads exactly', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        const command = aCommand(workflowId(), oddValues);
        const { decisions } = await lane.run(journal, [command]);
        expect(decisions[0]!.command).toEqual(command);
        const read = await readAll(journal, partition, start);
        expect(texts(read)).toEqual([decisions[0]!.events[0]!.text]);
        expect(read[0]!.event.data).toEqual({ taskId: 't', variables: oddValues });
        expect((await journal.history(command.workflowId))[0]!.command).toEqual(command);
      });

      it('takes a decision of many events whole', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        const { decisions } = await lane.run(journal, commandsFor(workflowId(), 1), 1_000);
        expect(texts(await readAll(journal, partition, start))).toEqual(decisions[0]!.events.map((each) => each.text));
      });

      it('takes a decision without events', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        const { stored } = await lane.run(journal, commandsFor(workflowId(), 2), 0);
        expect(stored).toEqual([[], []]);
        const { decisions } = await lane.run(journal, commandsFor(workflowId(), 1));
        expect(texts(await readAll(journal, partition, start))).toEqual([decisions[0]!.events[0]!.text]);
      });

      it('in several partitions at once keeps the order of each', async () => {
        const partitions = [0, 1];
        const starts = await Promise.all(partitions.map((each) => journal.end(each)));
        await Promise.all(
          partitions.map(async (each) => {
            const lane = await TestLane.take(journal, each);
            for (let n = 0; n < 20; n++) await lane.run(journal, commandsFor(workflowId(each), 3), 2);
          }),
        );
        for (const each of partitions) {
          const read = (await readAll(journal, each, starts[each]!)).filter(({ event }) => event.seq > 0);
          expect(read).toHaveLength(120);
          const seen = new Map<string, number>();
          for (const { event } of read) {
            expect(event.seq).toBe((seen.get(event.workflowId) ?? 0) + 1);
            seen.set(event.workflowId, event.seq);
          }
        }
      });

      it('is refused once the journal is closed', async () => {
        const lane = await TestLane.take(journal, partition);
        const commands = commandsFor(workflowId(), 1);
        await journal.send(commands);
        const [received] = await lane.receive(commands);
        await journal.close();
        await expect(lane.claim.append([lane.decide(received!)])).rejects.toMatchObject(unavailable);
        await expect(journal.send(commands)).rejects.toMatchObject(unavailable);
        journal = await fixture.open();
      });
    });

    describe('reading', () => {
      it('goes from an offset to the end, or up to another offset', async () => {
        const lane = await TestLane.take(journal, partition);
        const all: StoredEvent[] = [];
        for (let n = 0; n < 5; n++) all.push(...(await lane.run(journal, commandsFor(workflowId(), 1))).stored.flat());
        expect(texts(await readAll(journal, partition, all[2]!.offset))).toEqual(texts(all.slice(2)));
        expect(texts(await readAll(journal, partition, all[1]!.offset, all[3]!.offset))).toEqual(
          texts(all.slice(1, 3)),
        );
        expect(await readAll(journal, partition, all[1]!.offset, all[1]!.offset)).toEqual([]);
        expect(await readAll(journal, partition, await journal.end(partition))).toEqual([]);
      });

      it('comes in batches that fit together', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        for (let n = 0; n < 3; n++) await lane.run(journal, commandsFor(workflowId(), 500), 2);
        let next = start;
        let count = 0;
        for await (const batch of journal.read(partition, start)) {
          expect(batch.partition).toBe(partition);
          for (const { offset } of batch.events) expect(offset).toBeGreaterThanOrEqual(next);
          expect(batch.nextOffset).toBeGreaterThan(batch.events.at(-1)!.offset);
          next = batch.nextOffset;
          count += batch.events.length;
        }
        expect(count).toBe(3_000);
        expect(next).toBe(await journal.end(partition));
      });
    });

    describe('owning a partition', () => {
      it('raises the epoch, and readers see the claim', async () => {
        const start = await journal.end(partition);
        const { epoch } = await knowledge();
        const first = await journal.claim(partition, 'first', { offset: 0, epoch: 0 });
        const second = await journal.claim(partition, 'second', { offset: start, epoch });
        expect(first.partition).toBe(partition);
        expect(first.epoch).toBeGreaterThan(epoch);
        expect(second.epoch).toBeGreaterThan(first.epoch);
        const claims = (await readAll(journal, partition, start)).map((each) => each.event);
        expect(claims.map((each) => [each.type, each.workflowId, each.seq, each.epoch, each.data])).toEqual([
          ['PartitionClaimed', '', 0, first.epoch, { owner: 'first' }],
          ['PartitionClaimed', '', 0, second.epoch, { owner: 'second' }],
        ]);
      });

      it('begins with the tail from where the caller stands up to its own claim', async () => {
        const lane = await TestLane.take(journal, partition);
        const { stored } = await lane.run(journal, commandsFor(workflowId(), 3));
        const from = stored[1]![0]!.offset;
        const next = await TestLane.take(journal, partition, { offset: from, epoch: lane.claim.epoch });
        expect(texts(next.tail.slice(0, -1))).toEqual(texts(stored.slice(1).flat()));
        expect(next.tail.at(-1)!.event).toMatchObject({ type: 'PartitionClaimed', epoch: next.claim.epoch });
        await next.run(journal, commandsFor(workflowId(), 1));
        const again: StoredEvent[] = [];
        for await (const batch of next.claim.tail()) again.push(...batch.events);
        expect(texts(again)).toEqual(texts(next.tail));
      });

      it('makes what an earlier owner still writes worthless', async () => {
        const first = await TestLane.take(journal, partition);
        const commands = commandsFor(workflowId(), 1);
        await journal.send(commands);
        const [received] = await first.receive(commands);
        const late = first.decide(received!);
        const second = await TestLane.take(journal, partition);
        await first.claim.append([late]).catch((error: unknown) => expect(error).toMatchObject(unavailable));
        const { stored } = await second.run(journal, commandsFor(workflowId(), 1));
        const believed = texts(admittedOf(await readAll(journal, partition, 0)));
        expect(believed).not.toContain(late.events[0]!.text);
        expect(believed).toContain(stored[0]![0]!.text);
      });

      it('of one partition leaves the others alone', async () => {
        const lane = await TestLane.take(journal, partition);
        await TestLane.take(journal, 0);
        const { stored } = await lane.run(journal, commandsFor(workflowId(), 1));
        expect(texts(admittedOf(await readAll(journal, partition, 0)))).toContain(stored[0]![0]!.text);
      });

      it('can be taken again after a release', async () => {
        const lane = await TestLane.take(journal, partition);
        await lane.run(journal, commandsFor(workflowId(), 1));
        await lane.release();
        const next = await TestLane.take(journal, partition);
        expect((await next.run(journal, commandsFor(workflowId(), 1))).stored.flat()).toHaveLength(1);
      });
    });

    describe('a restart', () => {
      it('loses nothing, and the next owner goes on', async () => {
        const id = workflowId();
        const lane = await TestLane.take(journal, partition);
        const before = await lane.run(journal, commandsFor(id, 3), 2);
        const start = before.stored[0]![0]!.offset;
        await restart();
        const next = await TestLane.take(
          journal,
          partition,
          { offset: start, epoch: lane.claim.epoch },
          before.decisions.at(-1)!.offset + 1,
        );
        expect(next.claim.epoch).toBeGreaterThan(lane.claim.epoch);
        expect(texts(next.tail.slice(0, -1))).toEqual(texts(before.stored.flat()));
        const after = await next.run(journal, commandsFor(id, 2));
        expect(after.stored.flat().map((each) => each.event.seq)).toEqual([7, 8]);
        expect(after.decisions[0]!.offset).toBeGreaterThan(before.decisions.at(-1)!.offset);
      });

      it('raises the epoch even for a caller that knows nothing', async () => {
        const first = await TestLane.take(journal, partition);
        await restart();
        const second = await TestLane.take(journal, partition);
        expect(second.claim.epoch).toBeGreaterThan(first.claim.epoch);
        const { stored } = await second.run(journal, commandsFor(workflowId(), 1));
        expect(texts(admittedOf(await readAll(journal, partition, 0)))).toContain(stored[0]![0]!.text);
      });

      it('keeps every partition and its end', async () => {
        const lanes = [await TestLane.take(journal, 0), await TestLane.take(journal, 1)] as const;
        await lanes[0].run(journal, commandsFor(workflowId(0), 2));
        await lanes[1].run(journal, commandsFor(workflowId(1), 5), 2);
        const all = [await readAll(journal, 0, 0), await readAll(journal, 1, 0)];
        const ends = [await journal.end(0), await journal.end(1)];
        await restart();
        expect([await readAll(journal, 0, 0), await readAll(journal, 1, 0)]).toEqual(all);
        expect([await journal.end(0), await journal.end(1)]).toEqual(ends);
      });
    });

    describe('following', () => {
      const of = (id: string) => (stored: StoredEvent) => stored.event.workflowId === id;

      it('gives what there is and then what comes, in order', async () => {
        const lane = await TestLane.take(journal, partition);
        const id = workflowId();
        const start = await journal.end(partition);
        const old = await lane.run(journal, commandsFor(id, 3), 2);
        const follower = new Follower();
        const subscription = await journal.follow(new Map([[partition, start]]), follower.onBatch, follower.onFailure);
        const live: StoredEvent[] = [];
        for (let n = 0; n < 10; n++) live.push(...(await lane.run(journal, commandsFor(id, 2))).stored.flat());
        await follower.has(6 + live.length);
        expect(texts(follower.events)).toEqual(texts([...old.stored.flat(), ...live]));
        expect(follower.events.map((each) => each.offset)).toEqual(
          [...old.stored.flat(), ...live].map((each) => each.offset),
        );
        await subscription.close();
      });

      it('begins at the offset given', async () => {
        const lane = await TestLane.take(journal, partition);
        const { stored } = await lane.run(journal, commandsFor(workflowId(), 1));
        const from = await journal.end(partition);
        const follower = new Follower();
        const subscription = await journal.follow(new Map([[partition, from]]), follower.onBatch, follower.onFailure);
        const next = await lane.run(journal, commandsFor(workflowId(), 1));
        await follower.has(1);
        expect(texts(follower.events)).toEqual(texts(next.stored.flat()));
        expect(texts(follower.events)).not.toContain(stored[0]![0]!.text);
        await subscription.close();
      });

      it('gives the partitions asked for and no others', async () => {
        const lanes = [await TestLane.take(journal, 0), await TestLane.take(journal, 1)] as const;
        const starts = new Map([
          [0, await journal.end(0)],
          [1, await journal.end(1)],
        ]);
        const [both, one] = [new Follower(), new Follower()];
        const subscriptions = [
          await journal.follow(starts, both.onBatch, both.onFailure),
          await journal.follow(new Map([[1, starts.get(1)!]]), one.onBatch, one.onFailure),
        ];
        const zero = await lanes[0].run(journal, commandsFor(workflowId(0), 2));
        const first = await lanes[1].run(journal, commandsFor(workflowId(1), 2));
        await both.has(4);
        await one.has(2);
        expect(texts(both.events).sort()).toEqual(texts([...zero.stored.flat(), ...first.stored.flat()]).sort());
        expect(texts(one.events)).toEqual(texts(first.stored.flat()));
        for (const subscription of subscriptions) await subscription.close();
      });

      it('waits for the handler before the next batch of the partition, however far it falls behind', async () => {
        const lane = await TestLane.take(journal, partition);
        const id = workflowId();
        const start = await journal.end(partition);
        const { promise: released, resolve: release } = Promise.withResolvers<void>();
        const follower = new Follower(of(id));
        let running = 0;
        let mostAtOnce = 0;
        const onBatch = async (batch: EventBatch): Promise<void> => {
          mostAtOnce = Math.max(mostAtOnce, ++running);
          follower.onBatch(batch);
          await released;
          running--;
        };
        const subscription = await journal.follow(new Map([[partition, start]]), onBatch, follower.onFailure);
        const stored: StoredEvent[] = [];
        stored.push(...(await lane.run(journal, commandsFor(id, 1))).stored.flat());
        await follower.has(1);
        for (let n = 0; n < 12; n++) stored.push(...(await lane.run(journal, commandsFor(id, 500), 2)).stored.flat());
        expect(follower.events).toHaveLength(1);
        release();
        await follower.has(stored.length);
        expect(texts(follower.events)).toEqual(texts(stored));
        expect(mostAtOnce).toBe(1);
        await subscription.close();
      });

      it('does not let a slow partition hold up another', async () => {
        const lanes = [await TestLane.take(journal, 0), await TestLane.take(journal, 1)] as const;
        const from = new Map([
          [0, await journal.end(0)],
          [1, await journal.end(1)],
        ]);
        const { promise: released, resolve: release } = Promise.withResolvers<void>();
        const follower = new Follower();
        const onBatch = async (batch: EventBatch): Promise<void> => {
          follower.onBatch(batch);
          if (batch.partition === 0) await released;
        };
        const subscription = await journal.follow(from, onBatch, follower.onFailure);
        await lanes[0].run(journal, commandsFor(workflowId(0), 1));
        await follower.has(1);
        await lanes[0].run(journal, commandsFor(workflowId(0), 1));
        await lanes[1].run(journal, commandsFor(workflowId(1), 1));
        await lanes[1].run(journal, commandsFor(workflowId(1), 1));
        await follower.has(3);
        expect(follower.events).toHaveLength(3);
        release();
        await follower.has(4);
        await subscription.close();
      });

      it('stops with close, which waits for the handler', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        const { promise: released, resolve: release } = Promise.withResolvers<void>();
        const follower = new Follower();
        let isDone = false;
        const onBatch = async (batch: EventBatch): Promise<void> => {
          follower.onBatch(batch);
          await released;
          isDone = true;
        };
        const subscription = await journal.follow(new Map([[partition, start]]), onBatch, follower.onFailure);
        await lane.run(journal, commandsFor(workflowId(), 1));
        await follower.has(1);
        const closing = subscription.close();
        await lane.run(journal, commandsFor(workflowId(), 1));
        expect(isDone).toBe(false);
        release();
        await closing;
        expect(isDone).toBe(true);
        await lane.run(journal, commandsFor(workflowId(), 1));
        expect(follower.events).toHaveLength(1);
        expect(follower.failure).toBeUndefined();
      });

      it('gives several followers the same', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        const followers = [new Follower(), new Follower()];
        const subscriptions = [];
        for (const each of followers) {
          subscriptions.push(await journal.follow(new Map([[partition, start]]), each.onBatch, each.onFailure));
        }
        const { stored } = await lane.run(journal, commandsFor(workflowId(), 5), 2);
        for (const each of followers) await each.has(10);
        for (const each of followers) expect(texts(each.events)).toEqual(texts(stored.flat()));
        for (const each of subscriptions) await each.close();
      });

      it('tells of a handler that throws, and delivers nothing more to it', async () => {
        const lane = await TestLane.take(journal, partition);
        const start = await journal.end(partition);
        const [bad, good] = [new Follower(), new Follower()];
        const fault = new Error('handler');
        const onBatch = (batch: EventBatch): void => {
          bad.onBatch(batch);
          throw fault;
        };
        await journal.follow(new Map([[partition, start]]), onBatch, bad.onFailure);
        const subscription = await journal.follow(new Map([[partition, start]]), good.onBatch, good.onFailure);
        await lane.run(journal, commandsFor(workflowId(), 1));
        await bad.condition.until(() => bad.failure !== undefined);
        expect(bad.failure).toBe(fault);
        const seen = bad.events.length;
        await lane.run(journal, commandsFor(workflowId(), 1));
        await good.has(2);
        expect(bad.events).toHaveLength(seen);
        await subscription.close();
      });
    });

    describe('history', () => {
      it('gives the decisions of one workflow with their commands', async () => {
        const [id, other] = [workflowId(), workflowId()];
        const lane = await TestLane.take(journal, partition);
        const commands = [aCommand(id, { a: 1 }), aCommand(other), aCommand(id, { b: 2 })];
        const { decisions, stored } = await lane.run(journal, commands, 2);
        const history = await journal.history(id);
        expect(history.map((each) => each.command)).toEqual([commands[0], commands[2]]);
        expect(history.map((each) => each.causation)).toEqual(
          [decisions[0]!, decisions[2]!].map((each) => each.events[0]!.event.causation),
        );
        expect(history.flatMap((each) => [...each.events])).toEqual([...stored[0]!, ...stored[2]!]);
      });

      it('can be told where to look', async () => {
        const id = workflowId();
        const lane = await TestLane.take(journal, partition);
        await lane.run(journal, commandsFor(workflowId(), 20));
        const { stored } = await lane.run(journal, commandsFor(id, 3), 2);
        await lane.run(journal, commandsFor(workflowId(), 20));
        const range = { from: stored[0]![0]!.offset, to: stored[2]!.at(-1)!.offset };
        expect(await journal.history(id, range)).toEqual(await journal.history(id));
        expect((await journal.history(id, range)).flatMap((each) => texts(each.events))).toEqual(texts(stored.flat()));
      });

      it('survives a restart', async () => {
        const id = workflowId();
        const lane = await TestLane.take(journal, partition);
        await lane.run(journal, commandsFor(id, 3));
        const history = await journal.history(id);
        await restart();
        expect(await journal.history(id)).toEqual(history);
      });

      it('leaves out what an earlier owner wrote behind a claim', async () => {
        const id = workflowId();
        const first = await TestLane.take(journal, partition);
        const commands = commandsFor(id, 1);
        await journal.send(commands);
        const received = await first.receive(commands);
        const late = first.decide(received[0]!);
        const second = await TestLane.take(journal, partition, undefined, received[0]!.offset);
        await first.claim.append([late]).catch(() => undefined);
        const again = await second.receive(commands);
        const { length } = await second.claim.append([second.decide(again[0]!)]);
        expect(length).toBe(1);
        const history = await journal.history(id);
        expect(history.flatMap((each) => each.events.map(({ event }) => event.epoch))).toEqual([second.claim.epoch]);
      });

      it('of an unknown workflow is empty', async () => {
        expect(await journal.history(workflowId())).toEqual([]);
      });
    });
  });
}

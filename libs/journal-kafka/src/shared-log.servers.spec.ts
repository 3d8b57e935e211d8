/** What only a real broker can show: several writers, foreign records, wrong topics, gaps. On the shared broker, with topics of its own. */
import { env } from 'node:process';
import type { Command } from '@dacapo/contracts';
import type { Producer } from 'kafkajs';
import { aCommand, admittedOf, aWorkflowId, readAll, TestLane } from '@dacapo/ports-testing';
import { ensureTopics, KafkaJournal, openClient, topicSpecs } from './index.js';

const addresses = env['DACAPO_KAFKA_BROKERS'];
const log = { info: () => undefined, warn: () => undefined };
const lost = expect.objectContaining({ code: 'JOURNAL_UNAVAILABLE' });

(addresses === undefined ? describe.skip : describe)(
  'KafkaJournal on a shared log (needs DACAPO_KAFKA_BROKERS)',
  () => {
    const brokers = (addresses ?? '').split(',');
    const topicPrefix = `test-shared-${Date.now().toString(36)}.`;
    const connection = { brokers, clientId: 'dacapo-test' };
    const options = { ...connection, topicPrefix, partitionCount: 4, createTopics: true, log };
    const partition = 1;
    const journals: KafkaJournal[] = [];

    const open = async (): Promise<KafkaJournal> => {
      const journal = await KafkaJournal.open(options);
      journals.push(journal);
      return journal;
    };
    const commandsFor = (id: string, count: number): Command[] =>
      Array.from({ length: count }, (_, n) => aCommand(id, { n }));

    afterEach(async () => {
      await Promise.all(journals.splice(0).map((journal) => journal.close()));
    });

    it('lets the newest of two owners in two processes write, and tells the other', async () => {
      const [one, two] = [await open(), await open()];
      const id = aWorkflowId(partition, 4);
      const first = await TestLane.take(one, partition);
      await first.run(one, commandsFor(id, 2));
      const second = await TestLane.take(two, partition);
      expect(second.claim.epoch).toBeGreaterThan(first.claim.epoch);
      const commands = commandsFor(id, 1);
      await one.send(commands);
      const stale = first.decide((await first.receive(commands))[0]!);
      await expect(first.claim.append([stale])).rejects.toEqual(lost);
      await expect(first.claim.append([stale])).rejects.toEqual(lost);
      // The stale record lies in between now; the owner is not disturbed by it.
      const { stored } = await second.run(two, commandsFor(id, 1));
      const believed = admittedOf(await readAll(two, partition, 0)).map((each) => each.text);
      expect(believed).not.toContain(stale.events[0]!.text);
      expect(believed).toContain(stored[0]![0]!.text);
      // Who looks in the middle of the log says whose it is there: the stale record must not pass for the owner's.
      const [found] = stored[0]!;
      const range = { from: found!.offset - 1, to: found!.offset, epoch: second.claim.epoch };
      const history = await two.history(id, range);
      expect(history.flatMap(({ events }) => events.map(({ text }) => text))).toEqual([found!.text]);
    });

    it('gives every one of many claims at once a number of its own, and the last the partition', async () => {
      const rivals = await Promise.all(Array.from({ length: 5 }, () => open()));
      const since = { offset: 0, epoch: 0 };
      const claims = await Promise.all(rivals.map((journal) => journal.claim(partition, 'rival', since)));
      const epochs = claims.map((claim) => claim.epoch);
      expect(new Set(epochs).size).toBe(5);
      const last = claims.find((claim) => claim.epoch === Math.max(...epochs))!;
      const decision = (await lane(rivals[0]!, last.epoch)).at(-1);
      expect(decision?.event.type).toBe('PartitionClaimed');
      expect(decision?.event.epoch).toBe(last.epoch);
    });

    /** What readers believe up to the epoch. */
    async function lane(journal: KafkaJournal, epoch: number) {
      return admittedOf(await readAll(journal, partition, 0)).filter((each) => each.event.epoch <= epoch);
    }

    it('stops at a command that it cannot read, with its place, and goes on behind it when told to', async () => {
      const journal = await open();
      const id = aWorkflowId(2, 4);
      const lane2 = await TestLane.take(journal, 2);
      const [before, after] = [commandsFor(id, 2), commandsFor(id, 1)];
      await journal.send(before);
      await foreignProducer((producer) =>
        producer
          .send({ topic: `${topicPrefix}commands`, messages: [{ partition: 2, key: null, value: 'garbage' }] })
          .then(() => undefined),
      );
      await journal.send(after);
      const received = await lane2.receive(before);
      const at = received.at(-1)!.offset + 1;
      const unreadable = expect.objectContaining({
        code: 'COMMAND_UNREADABLE',
        message: expect.stringContaining(`commands:2:${at}`) as string,
      });
      await expect(lane2.source.take(10)).rejects.toEqual(unreadable);
      await expect(lane2.source.take(10)).rejects.toEqual(unreadable);
      const next = lane2.claim.commands(at + 1);
      expect((await next.take(10)).map((each) => each.command)).toEqual(after);
    });

    it('tells a follower of an event that it cannot read', async () => {
      const journal = await open();
      const from = new Map([[3, await journal.end(3)]]);
      const failure = Promise.withResolvers<unknown>();
      await journal.follow(from, () => undefined, failure.resolve);
      await foreignProducer((producer) =>
        producer
          .send({
            topic: `${topicPrefix}events`,
            messages: [{ partition: 3, key: 'w', value: '{"type":"Unheard","version":1}' }],
          })
          .then(() => undefined),
      );
      expect(await failure.promise).toEqual(expect.objectContaining({ code: 'COMMAND_UNREADABLE' }));
    });

    it('stops when the log does not have the offset that it was told', async () => {
      const journal = await open();
      const end = await journal.end(0);
      const failure = Promise.withResolvers<unknown>();
      await journal.follow(new Map([[0, end + 5]]), () => undefined, failure.resolve);
      const broken = expect.objectContaining({ code: 'INVARIANT_BROKEN' });
      expect(await failure.promise).toEqual(broken);
      const claim = await journal.claim(0, 'test', { offset: end, epoch: 0 });
      await expect(claim.commands(1_000_000).take(1)).rejects.toEqual(broken);
    });

    it('lets one reader lag behind another, and a slow lane far behind the senders', async () => {
      const journal = await open();
      const id = aWorkflowId(0, 4);
      const large = 'x'.repeat(200_000);
      const commands = Array.from({ length: 60 }, () => aCommand(id, { large }));
      const slow = await TestLane.take(journal, 0);
      const fast = await TestLane.take(journal, 0);
      await journal.send(commands);
      expect(await fast.receive(commands)).toHaveLength(60);
      const ids = commands.map((command) => command.id);
      const received: string[] = [];
      while (received.length < 60) {
        received.push(
          ...(await slow.source.take(1)).map((each) => each.command.id).filter((each) => ids.includes(each)),
        );
      }
      expect(received).toEqual(ids);
    });

    it('leaves no connection behind, however many readers begin at once', async () => {
      const sockets = (): number => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length;
      const before = sockets();
      const partitions = [0, 1, 2];
      const since = { offset: 0, epoch: 0 };
      const writer = await open();
      for (const each of partitions) await writer.claim(each, 'test', since);
      await writer.close();
      while (sockets() > before) await new Promise((resolve) => setImmediate(resolve));
      const journal = await open();
      await Promise.all(partitions.map((each) => readAll(journal, each, 0)));
      await journal.close();
      // Their ends arrive in later turns; if one never does, the test runs out of time.
      while (sockets() > before) await new Promise((resolve) => setImmediate(resolve));
    });

    it('refuses a command that no batch can hold, and nothing else', async () => {
      const journal = await open();
      const id = aWorkflowId(0, 4);
      await expect(journal.send([aCommand(id, { x: 'y'.repeat(17_000_000) })])).rejects.toEqual(
        expect.objectContaining({ code: 'REQUEST_INVALID' }),
      );
      await journal.send([aCommand(id, { x: 'y'.repeat(2_000_000) })]);
    });

    describe('at start', () => {
      const prefixed = (name: string): string => `${topicPrefix}${name}.`;
      const ensure = (topics: Parameters<typeof ensureTopics>[0]['topics']) =>
        ensureTopics({ ...connection, createTopics: true, log, topics });
      const refused = (message: RegExp) =>
        expect.objectContaining({ message: expect.stringMatching(message) as string });

      it('refuses topics with different numbers of partitions', async () => {
        const prefix = prefixed('uneven');
        await ensure([topicSpecs.commands(prefix, 2), topicSpecs.events(prefix, 3)]);
        await expect(KafkaJournal.open({ ...options, topicPrefix: prefix })).rejects.toEqual(refused(/must be equal/));
      });

      it.each([
        [{ 'cleanup.policy': 'compact' }, /cleanup.policy=compact, needed is delete/],
        [{ 'retention.ms': '604800000' }, /retention.ms=604800000, needed is -1/],
        [{ 'retention.bytes': '1000000' }, /retention.bytes=1000000, needed is -1/],
      ])('refuses events that would be lost: %j', async (config, message) => {
        const prefix = prefixed(Object.keys(config).join());
        const events = topicSpecs.events(prefix, 1);
        await ensure([topicSpecs.commands(prefix, 1), { ...events, config: { ...events.config, ...config } }]);
        await expect(KafkaJournal.open({ ...options, topicPrefix: prefix })).rejects.toEqual(refused(message));
      });

      it('refuses missing topics when it may not make them, and takes the number of partitions that it finds', async () => {
        const prefix = prefixed('missing');
        const closed = { ...options, topicPrefix: prefix, createTopics: false };
        await expect(KafkaJournal.open(closed)).rejects.toEqual(refused(/do not exist/));
        await ensure([topicSpecs.commands(prefix, 3), topicSpecs.events(prefix, 3)]);
        const journal = await KafkaJournal.open(closed);
        expect(journal.partitionCount).toBe(3);
        await journal.close();
      });

      it('may be done by several at once', async () => {
        const topicPrefix2 = prefixed('race');
        const opened = await Promise.all(
          Array.from({ length: 4 }, () => KafkaJournal.open({ ...options, topicPrefix: topicPrefix2 })),
        );
        expect(opened.map((journal) => journal.partitionCount)).toEqual([4, 4, 4, 4]);
        await Promise.all(opened.map((journal) => journal.close()));
      });
    });

    async function foreignProducer(use: (producer: Producer) => Promise<void>): Promise<void> {
      const producer = openClient(connection).producer({ allowAutoTopicCreation: false });
      await producer.connect();
      await use(producer);
      await producer.disconnect();
    }
  },
);

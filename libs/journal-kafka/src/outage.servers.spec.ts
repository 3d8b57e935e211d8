/** A broker of its own is killed by SIGKILL under load and started again: nothing that was acknowledged may be missing or come twice. */
import { env } from 'node:process';
import type { Command } from '@dacapo/contracts';
import { formatPosition, isDaCapoError } from '@dacapo/contracts';
import { aCommand, admittedOf, aWorkflowId, PrivateServers, readAll, TestLane } from '@dacapo/ports-testing';
import { KafkaJournal } from './index.js';

const partition = 0;
const batchSize = 20;

(env['DACAPO_KAFKA_BROKERS'] === undefined ? describe.skip : describe)(
  'KafkaJournal when its broker is killed (needs DACAPO_KAFKA_BROKERS)',
  () => {
    let servers: PrivateServers;
    let journal: KafkaJournal;
    const said: string[] = [];
    const log = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(line) };

    const open = (): Promise<KafkaJournal> =>
      KafkaJournal.open({
        brokers: servers.address('DACAPO_KAFKA_BROKERS').split(','),
        clientId: 'dacapo-test',
        topicPrefix: 'test.',
        partitionCount: 2,
        createTopics: true,
        log,
      });

    beforeAll(async () => {
      servers = await PrivateServers.start();
      journal = await open();
    }, 120_000);

    afterAll(async () => {
      await journal.close();
      await servers.remove();
    }, 60_000);

    const killAndStart = async (): Promise<void> => {
      await servers.kill('kafka');
      await servers.start();
    };

    /** A client that was refused comes again; the adapter looks for the broker once a second. */
    const accepted = async (call: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        try {
          await call();
          return;
        } catch (error) {
          if (!isDaCapoError(error) || !error.retryable) throw error;
          await new Promise<void>((resolve) => {
            setTimeout(resolve, 100);
          });
        }
      }
    };

    it('loses and doubles no event: the claim dies, the next goes on where the log ends', async () => {
      const id = aWorkflowId(partition, 2);
      const acknowledged: string[] = [];
      const failures: unknown[] = [];
      let next = 1;
      let restart: Promise<void> | undefined;
      let isUp = false;
      let left = 300;
      while (left > 0) {
        try {
          const lane = await TestLane.take(journal, partition);
          next = 1 + lane.tail.filter((each) => each.event.workflowId === id).length;
          for (; left > 0; left -= restart === undefined || isUp ? 1 : 0) {
            const decisions = Array.from({ length: batchSize }, (_, n) =>
              lane.decide({ command: aCommand(id), offset: next + n, time: 1 }),
            );
            acknowledged.push(...(await lane.claim.append(decisions)).flat().map((each) => each.text));
            next += batchSize;
            if (left === 150) {
              restart ??= killAndStart().then(() => {
                isUp = true;
              });
            }
          }
        } catch (error) {
          if (!isDaCapoError(error) || !error.retryable) throw error;
          failures.push(error);
        }
      }
      await restart;
      expect(failures.length).toBeGreaterThan(0);
      const events = admittedOf(await readAll(journal, partition, 0)).filter((each) => each.event.workflowId === id);
      expect(events.map((each) => each.event.seq)).toEqual(Array.from({ length: next - 1 }, (_, n) => n + 1));
      expect(events.map((each) => each.event.causation)).toEqual(
        Array.from({ length: next - 1 }, (_, n) => formatPosition(partition, n + 1)),
      );
      const texts = new Set(events.map((each) => each.text));
      expect(acknowledged.filter((text) => !texts.has(text))).toEqual([]);
      process.stdout.write(`${acknowledged.length} events acknowledged, ${failures.length} failures of claims\n`);
    }, 120_000);

    it('loses and doubles no command that was acknowledged, and readers go on by themselves', async () => {
      const lane = await TestLane.take(journal, 1);
      const id = aWorkflowId(1, 2);
      const acknowledged: Command[] = [];
      let unknown = 0;
      let isDone = false;
      const restart = (async () => {
        await new Promise<void>((resolve) => {
          setTimeout(resolve, 300);
        });
        await killAndStart();
        isDone = true;
      })();
      const send = async (): Promise<void> => {
        for (let after = 0; after < 50; after += isDone ? 1 : 0) {
          const command = aCommand(id);
          try {
            await journal.send([command]);
            acknowledged.push(command);
          } catch (error) {
            if (!isDaCapoError(error) || !error.retryable) throw error;
            unknown++;
            // A caller that was refused comes again a little later.
            await new Promise<void>((resolve) => {
              setTimeout(resolve, 20);
            });
          }
        }
      };
      await Promise.all(Array.from({ length: 10 }, send));
      await restart;
      const last = aCommand(id);
      await journal.send([last]);
      const seen = new Map<string, number>();
      while (!seen.has(last.id)) {
        for (const { command } of await lane.source.take(1_000)) seen.set(command.id, (seen.get(command.id) ?? 0) + 1);
      }
      expect(acknowledged.filter((command) => seen.get(command.id) !== 1)).toEqual([]);
      process.stdout.write(
        `${acknowledged.length} commands acknowledged, ${unknown} refused, ${seen.size} in the log\n`,
      );
    }, 120_000);

    it('waits at start for a broker that is away, saying so once; calls are refused after seconds meanwhile', async () => {
      await servers.kill('kafka');
      said.length = 0;
      const opening = open();
      const since = performance.now();
      await expect(journal.send([aCommand(aWorkflowId(0, 2))])).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      await expect(journal.end(0)).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      expect(performance.now() - since).toBeLessThan(15_000);
      const again = performance.now();
      await expect(journal.send([aCommand(aWorkflowId(0, 2))])).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      expect(performance.now() - again).toBeLessThan(1_000);
      expect(said.filter((line) => line.startsWith('topics: Kafka cannot be reached'))).toHaveLength(1);
      await servers.start();
      const opened = await opening;
      expect(opened.partitionCount).toBe(2);
      await opened.close();
      await accepted(() => journal.send([aCommand(aWorkflowId(0, 2))]));
      await accepted(() => journal.end(0));
    }, 120_000);
  },
);

import { copyFile, mkdir, mkdtemp, readFile, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Command, sealEvent } from '@dacapo/contracts';
import { armCrashPoints, type Clock, type StoredEvent } from '@dacapo/ports';
import { aCommand, aWorkflowId, readAll, sha256, TestLane } from '@dacapo/ports-testing';
import { SqliteJournal } from './sqlite-journal.js';
import { runChild } from './testing/run-child.js';
import { systemClock } from './testing/system-clock.js';

const partition = 1;

describe('SqliteJournal', () => {
  let directory: string;
  let journal: SqliteJournal | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dacapo-sqlite-'));
  });

  afterEach(async () => {
    armCrashPoints(undefined);
    await journal?.close();
    journal = undefined;
    await rm(directory, { recursive: true });
  });

  const open = async (
    changes: { partitionCount?: number; clock?: Clock; directory?: string } = {},
  ): Promise<SqliteJournal> => {
    journal = await SqliteJournal.open({ directory, partitionCount: 4, clock: systemClock, ...changes });
    return journal;
  };
  const close = async (): Promise<void> => {
    await journal?.close();
    journal = undefined;
  };
  const commands = (count: number): Command[] => {
    const id = aWorkflowId(partition, 4);
    return Array.from({ length: count }, (_, n) => aCommand(id, { n }));
  };
  /** Commits one append after the other: two decisions of two events each. */
  const append = async (to: SqliteJournal, count: number): Promise<void> => {
    const lane = await TestLane.take(to, partition);
    for (let n = 0; n < count; n++) await lane.run(to, commands(2), 2);
  };
  const texts = (events: readonly StoredEvent[]): string[] => events.map((each) => each.text);

  describe('offsets', () => {
    it('count rows: a claim and a decision take one each, and its command and events share it', async () => {
      const opened = await open();
      const lane = await TestLane.take(opened, partition);
      const { decisions, stored } = await lane.run(opened, commands(2), 3);
      expect(lane.tail.map((each) => each.offset)).toEqual([0]);
      expect(decisions.map((each) => each.offset)).toEqual([1, 2]);
      expect(stored.flat().map((each) => each.offset)).toEqual([1, 1, 1, 2, 2, 2]);
      expect(stored.flat().map((each) => each.event.causation)).toEqual(['1:1', '1:1', '1:1', '1:2', '1:2', '1:2']);
      expect(await opened.end(partition)).toBe(3);
    });

    it('may leave a gap, and never go back', async () => {
      const opened = await open();
      const lane = await TestLane.take(opened, partition);
      const sent = commands(3);
      await opened.send(sent);
      const received = await lane.receive(sent);
      const decisions = received.map((each) => lane.decide(each));
      await lane.claim.append([decisions[2]!]);
      await expect(lane.claim.append([decisions[0]!])).rejects.toThrow('in the order of their commands');
    });
  });

  describe('commits', () => {
    it('are shared by the lanes that append in one turn', async () => {
      const opened = await open();
      const lanes = await Promise.all([0, 1, 2, 3].map((each) => TestLane.take(opened, each)));
      const points: string[] = [];
      armCrashPoints((name) => points.push(name));
      await Promise.all(lanes.map((lane) => lane.run(opened, [aCommand(aWorkflowId(lane.claim.partition, 4))])));
      expect(points).toEqual(['append:before', 'append:after']);
    });

    it('keep the order of decisions and definitions that were handed in before close', async () => {
      const opened = await open();
      const lane = await TestLane.take(opened, partition);
      const sent = commands(1);
      await opened.send(sent);
      const [received] = await lane.receive(sent);
      const put = opened.definitions.put([{ key: 'task:a', value: '1' }]);
      const appended = lane.claim.append([lane.decide(received!)]);
      await Promise.resolve();
      await close();
      await Promise.all([put, appended]);
      expect(await readAll(await open(), partition, 0)).toHaveLength(2);
    });
  });

  describe('a writer that fails', () => {
    it('rejects the append, and the next claim starts another one and gets the commands again', async () => {
      const opened = await open();
      const lane = await TestLane.take(opened, partition);
      await lane.run(opened, commands(1));
      const sent = commands(2);
      await opened.send(sent);
      const decisions = (await lane.receive(sent)).map((each) => lane.decide(each));

      const intruder = new DatabaseSync(join(directory, 'journal.sqlite'));
      intruder.exec('BEGIN IMMEDIATE');
      const failure = { code: 'JOURNAL_UNAVAILABLE', message: expect.stringContaining('locked') };
      await expect(lane.claim.append(decisions)).rejects.toMatchObject(failure);
      await expect(opened.claim(partition, 'next', { offset: 0, epoch: 0 })).rejects.toMatchObject(failure);
      await expect(opened.definitions.put([{ key: 'a', value: '1' }])).rejects.toMatchObject(failure);
      expect(await readAll(opened, partition, 0)).toHaveLength(2);
      intruder.exec('ROLLBACK');
      intruder.close();

      const next = await TestLane.take(opened, partition);
      await expect(lane.claim.append(decisions)).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      const again = await next.receive(sent);
      expect(again.map((each) => each.command)).toEqual(sent);
      await next.claim.append(again.map((each) => next.decide(each)));
      expect(await readAll(opened, partition, 0)).toHaveLength(5);
      await opened.definitions.put([{ key: 'a', value: '1' }]);
    });

    it('does not end the followers', async () => {
      const opened = await open();
      const lane = await TestLane.take(opened, partition);
      const seen: string[] = [];
      await opened.follow(new Map([[partition, 0]]), ({ events }) => void seen.push(...texts(events)), fail);
      const intruder = new DatabaseSync(join(directory, 'journal.sqlite'));
      intruder.exec('BEGIN IMMEDIATE');
      await expect(lane.run(opened, commands(1))).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      intruder.close();
      const next = await TestLane.take(opened, partition);
      await next.run(opened, commands(1));
      await close();
      expect(seen).toEqual(texts(await readAll(await open(), partition, 0)));
    });
  });

  describe('the data folder', () => {
    it('is refused to a second process, with the number of the first', async () => {
      await open();
      const child = runChild('holder.child.ts', directory);
      const lines: string[] = [];
      for await (const line of child.lines) lines.push(line);
      expect(lines.join()).toContain(`The data folder ${directory} is used by another process (pid ${process.pid})`);
    });

    it('is refused to a second journal of this process, and free after close', async () => {
      const first = await open();
      await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      await first.close();
      await open();
    });

    it('is refused with another number of partitions', async () => {
      await open();
      await close();
      await expect(open({ partitionCount: 8 })).rejects.toThrow('has 4 partitions, 8 are configured');
      await open();
    });

    it('is refused if a newer program made it', async () => {
      await open();
      await close();
      const db = new DatabaseSync(join(directory, 'journal.sqlite'));
      db.exec("UPDATE meta SET value = 2 WHERE name = 'format'");
      db.close();
      await expect(open()).rejects.toThrow('format 2, this program knows 1');
    });

    it('is refused if its file is none of ours', async () => {
      await writeFile(
        join(directory, 'journal.sqlite'),
        'not a database, but long enough to be looked at '.repeat(100),
      );
      await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    });
  });

  describe('the witness', () => {
    const witness = async (): Promise<{
      partitions: Record<string, { offset: number; hash: string }>;
      definition: number;
    }> => JSON.parse(await readFile(join(directory, 'witness.json'), 'utf8'));

    it('knows the last event of each partition at close', async () => {
      const opened = await open();
      await append(opened, 2);
      await opened.definitions.put([{ key: 'task:a', value: '1' }]);
      const last = (await readAll(opened, partition, 0)).at(-1)!;
      await close();
      const { hash } = last.event;
      expect(await witness()).toEqual({ format: 1, partitions: { 1: { offset: last.offset, hash } }, definition: 1 });
      await open();
    });

    it('is written while the journal is open, when the clock says so', async () => {
      const alarms: { time: number; call: () => void }[] = [];
      const clock: Clock = {
        now: () => 5_000,
        at: (time, call) => {
          alarms.push({ time, call });
          return { cancel: () => undefined };
        },
      };
      const opened = await open({ clock });
      await append(opened, 3);
      expect(alarms.map((each) => each.time)).toEqual([6_000]);
      alarms[0]!.call();
      await append(opened, 1);
      expect(alarms).toHaveLength(2);
    });

    it('that knows more than the file refuses it, and leaves its WAL as it is', async () => {
      const opened = await open();
      await append(opened, 3);
      await opened.definitions.put([{ key: 'task:a', value: '1' }]);
      const copy = await copyOf(directory);
      await close();
      await copyFile(join(directory, 'witness.json'), join(copy, 'witness.json'));
      const wal = join(copy, 'journal.sqlite-wal');
      const { size } = await stat(wal);
      await truncate(wal, Math.floor(size / 2));
      const refusal = `The journal ${join(copy, 'journal.sqlite')} has lost something that was stored: partition 1, offset 6 is missing`;
      await expect(open({ directory: copy })).rejects.toThrow(refusal);
      expect((await stat(wal)).size).toBe(Math.floor(size / 2));
      await unlink(join(copy, 'witness.json'));
      await open({ directory: copy });
    });

    it('refuses a file with another event in its place, without a definition, or none at all', async () => {
      const opened = await open();
      await append(opened, 1);
      await opened.definitions.put([{ key: 'task:a', value: '1' }]);
      await close();
      const known = await witness();
      const write = (content: object): Promise<void> =>
        writeFile(join(directory, 'witness.json'), JSON.stringify(content));
      const { offset } = known.partitions['1']!;
      await write({ ...known, partitions: { 1: { offset, hash: sha256('other') } } });
      await expect(open()).rejects.toThrow('partition 1, offset 2 has another hash');
      await write({ ...known, definition: 2 });
      await expect(open()).rejects.toThrow('definition row 2 is missing');
      await write(known);
      await unlink(join(directory, 'journal.sqlite'));
      await expect(open()).rejects.toThrow('the file is missing');
    });

    it('that cannot be read is told of', async () => {
      await writeFile(join(directory, 'witness.json'), '{');
      await expect(open()).rejects.toThrow(/^The witness .*witness.json cannot be read/);
    });
  });

  describe('a damaged WAL', () => {
    it('cut anywhere in the last commits opens at the last whole commit', async () => {
      const opened = await open();
      await append(opened, 6);
      const all = texts(await readAll(opened, partition, 0));
      const { size } = await stat(join(directory, 'journal.sqlite-wal'));
      const copies = await copiesOf(directory, [
        1,
        23,
        24,
        25,
        4_095,
        4_096,
        4_120,
        9_000,
        20_000,
        size - 40,
        size - 10,
      ]);
      await close();
      for (const [cut, copy] of copies) {
        await truncate(join(copy, 'journal.sqlite-wal'), size - cut);
        const found = texts(await readAll(await open({ directory: copy }), partition, 0));
        await close();
        expect(found).toEqual(all.slice(0, found.length));
        // The claim is one event, each commit four.
        if (found.length > 0) expect(found.length % 4).toBe(1);
        expect(found.length).toBeLessThan(all.length);
      }
    });

    it('with one flipped bit is refused by the witness', async () => {
      const opened = await open();
      await append(opened, 6);
      const copy = await copyOf(directory);
      await close();
      await copyFile(join(directory, 'witness.json'), join(copy, 'witness.json'));
      const wal = join(copy, 'journal.sqlite-wal');
      const bytes = await readFile(wal);
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      await writeFile(wal, bytes);
      await expect(open({ directory: copy })).rejects.toThrow('has lost something that was stored');
    });
  });

  describe('a follower', () => {
    it('reads events that a newer program wrote as a failure, never past them', async () => {
      const opened = await open();
      const lane = await TestLane.take(opened, partition);
      const sent = commands(1);
      await opened.send(sent);
      const [received] = await lane.receive(sent);
      const decision = lane.decide(received!);
      const [sealed] = decision.events;
      const newer = { event: sealed!.event, text: sealed!.text.replace('"version":1', '"version":2') };
      await lane.claim.append([{ ...decision, events: [newer] }]);
      const heard = await new Promise((resolve) => {
        void opened.follow(new Map([[partition, 0]]), () => undefined, resolve);
      });
      expect(heard).toMatchObject({ code: 'COMMAND_UNREADABLE' });
    });
  });

  it('never lets log time go back, even in a claim after the clock was set back', async () => {
    const opened = await open();
    const lane = await TestLane.take(opened, partition);
    const sent = commands(1);
    await opened.send(sent);
    const [received] = await lane.receive(sent);
    const time = 9e12;
    const place = { workflowId: sent[0]!.workflowId, seq: 1, time, causation: '1:1', epoch: lane.claim.epoch };
    const sealed = sealEvent('WorkflowPaused', {}, { ...place, previousHash: '' }, sha256);
    await lane.claim.append([{ ...received!, time, events: [sealed] }]);
    await close();
    const next = await TestLane.take(await open(), partition);
    expect(next.tail.at(-1)!.event.time).toBe(time);
  });

  async function copyOf(from: string): Promise<string> {
    const [[, copy] = [0, '']] = await copiesOf(from, [0]);
    return copy;
  }

  /** As a crash at this moment would leave the folder: one copy for each name. */
  async function copiesOf(from: string, names: readonly number[]): Promise<[number, string][]> {
    return Promise.all(
      names.map(async (name): Promise<[number, string]> => {
        const copy = join(directory, `copy-${name}`);
        await mkdir(copy);
        for (const file of ['journal.sqlite', 'journal.sqlite-wal']) await copyFile(join(from, file), join(copy, file));
        return [name, copy];
      }),
    );
  }
});

function fail(error: unknown): void {
  throw error;
}

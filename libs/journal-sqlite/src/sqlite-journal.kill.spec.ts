import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aCommand, admittedOf, aWorkflowId, readAll, TestLane } from '@dacapo/ports-testing';
import { SqliteJournal } from './sqlite-journal.js';
import { runChild } from './testing/run-child.js';
import { systemClock } from './testing/system-clock.js';

describe('SqliteJournal, killed', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dacapo-kill-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  /** Everything acknowledged is there, everything there is whole and in order, and the next owner goes on. */
  async function check(acknowledged: readonly string[]): Promise<void> {
    const journal = await SqliteJournal.open({ directory, partitionCount: 4, clock: systemClock });
    const found = new Set<string>();
    for (const partition of [0, 1, 2, 3]) {
      const events = admittedOf(await readAll(journal, partition, 0));
      for (const { event, offset } of events) found.add(`${partition} ${offset} ${event.hash}`);
      const perDecision = Map.groupBy(
        events.filter(({ event }) => event.seq > 0),
        ({ offset }) => offset,
      );
      for (const decision of perDecision.values()) expect(decision).toHaveLength(2);
      const lane = await TestLane.take(journal, partition);
      await lane.run(journal, [aCommand(aWorkflowId(partition, 4))]);
    }
    for (const line of acknowledged) expect(found).toContain(line);
    await journal.close();
  }

  it.each([1, 500, 3_000])('from outside after %i acknowledgements, loses none of them', async (count) => {
    const child = runChild('appender.child.ts', directory);
    const acknowledged: string[] = [];
    for await (const line of child.lines) {
      acknowledged.push(line);
      if (acknowledged.length === count) child.process.kill('SIGKILL');
    }
    expect(await child.ended).toBe('SIGKILL');
    expect(acknowledged.length).toBeGreaterThanOrEqual(count);
    // The last line may be cut.
    await check(acknowledged.filter((line) => /^\d \d+ .{43}$/.test(line)));
  });

  it.each([1, 2, 7, 60])('between commit %i and its answer, has stored it', async (count) => {
    const child = runChild('appender.child.ts', directory, String(count));
    const acknowledged: string[] = [];
    for await (const line of child.lines) acknowledged.push(line);
    expect(await child.ended).toBe('SIGKILL');
    await check(acknowledged);
  });
});

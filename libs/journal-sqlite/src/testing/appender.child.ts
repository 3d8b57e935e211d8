/** Appends without end in every partition, and says on its standard output what was acknowledged, until it is killed. */
import { writeSync } from 'node:fs';
import { aCommand, aWorkflowId, TestLane } from '@dacapo/ports-testing';
import { SqliteJournal } from '../sqlite-journal.js';
import { systemClock } from './system-clock.js';

const [directory = '', crashCount = '0'] = process.argv.slice(2);
const partitionCount = 4;
const crashAt = crashCount === '0' ? {} : { crashAt: { name: 'append:written', count: Number(crashCount) } };
const journal = await SqliteJournal.open({ directory, partitionCount, clock: systemClock, ...crashAt });

async function work(partition: number): Promise<void> {
  const lane = await TestLane.take(journal, partition);
  for (;;) {
    const workflowId = aWorkflowId(partition, partitionCount);
    const { stored } = await lane.run(journal, [aCommand(workflowId), aCommand(workflowId)], 2);
    for (const { event, offset } of stored.flat()) writeSync(1, `${partition} ${offset} ${event.hash}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(work));

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type DefinitionLog } from '@dacapo/ports';
import { definitionLogContract, journalContract } from '@dacapo/ports-testing';
import { SqliteJournal } from './sqlite-journal.js';
import { systemClock } from './testing/system-clock.js';

async function aFolder(clock: Clock = systemClock): Promise<{
  open: () => Promise<SqliteJournal>;
  now: () => number;
  remove: () => Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'dacapo-journal-'));
  return {
    open: () => SqliteJournal.open({ directory, partitionCount: 4, clock }),
    now: () => clock.now(),
    remove: () => rm(directory, { recursive: true }),
  };
}

journalContract('SqliteJournal', aFolder);

definitionLogContract('SqliteDefinitionLog', async () => {
  const { open, remove } = await aFolder();
  return {
    open: async (): Promise<DefinitionLog> => {
      const journal = await open();
      const log = journal.definitions;
      return {
        put: (entries) => log.put(entries),
        follow: (onEntries) => log.follow(onEntries),
        close: () => log.close().then(() => journal.close()),
      };
    },
    remove,
  };
});

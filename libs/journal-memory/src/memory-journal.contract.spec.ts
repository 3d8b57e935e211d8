import { journalContract } from '@dacapo/ports-testing';
import { MemoryJournal } from './memory-journal.js';
import type { MemoryLog } from './memory-log.js';
import { VirtualClock } from './virtual-clock.js';

journalContract('MemoryJournal', async () => {
  const clock = new VirtualClock();
  let log: MemoryLog | undefined;
  return {
    open: async () => {
      const journal = new MemoryJournal({ partitionCount: 4, clock, ...(log && { log }) });
      log = journal.log;
      return journal;
    },
    now: () => clock.now(),
    remove: async () => undefined,
  };
});

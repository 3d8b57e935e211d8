/** Tries to open the journal of a folder, and says what came of it. */
import { SqliteJournal } from '../sqlite-journal.js';
import { systemClock } from './system-clock.js';

const [directory = ''] = process.argv.slice(2);
try {
  const journal = await SqliteJournal.open({ directory, partitionCount: 4, clock: systemClock });
  console.log('opened');
  await journal.close();
} catch (error) {
  console.log(String(error));
}

export { type SqliteJournalOptions } from './journal-file.js';
export { SqliteDefinitionLog } from './sqlite-definition-log.js';
export { SqliteJournal } from './sqlite-journal.js';
export { type CrashAt } from './writer-protocol.js';

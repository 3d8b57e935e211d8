export { MemoryDefinitionLog, MemoryDefinitions } from './memory-definition-log.js';
export { MemoryJournal, type MemoryJournalOptions } from './memory-journal.js';
export { MemoryLog } from './memory-log.js';
export { MemoryOutputCache } from './memory-output-cache.js';
export { VirtualClock } from './virtual-clock.js';

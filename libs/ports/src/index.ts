export { type Alarm, type Clock } from './clock.js';
export { armCrashPoints, type CrashPointName, crashPointNames, reachCrashPoint } from './crash-points.js';
export { type DefinitionEntry, type DefinitionLog } from './definition-log.js';
export {
  type Claim,
  type CommandSource,
  type Decision,
  type EventBatch,
  type HistoryEntry,
  type Journal,
  type ReceivedCommand,
  type StoredEvent,
  type Subscription,
} from './journal.js';
export {
  type ProjectionWrite,
  type ReaderCheckpoint,
  type ReadStore,
  type WorkflowField,
  type WorkflowPage,
  type WorkflowQuery,
  type WorkflowSortField,
} from './read-store.js';
export { type LaneCheckpoint, type Snapshot, type SnapshotStore } from './snapshot-store.js';
export { definitionLogContract, type DefinitionLogFixture } from './testing/definition-log.contract.js';
export { aTask, aWorkflow } from './testing/documents.js';
export { journalContract, type JournalFixture } from './testing/journal.contract.js';
export { oddValues } from './testing/odd-values.js';
export { PrivateServers } from './testing/private-servers.js';
export { readStoreContract, type ReadStoreFixture } from './testing/read-store.contract.js';
export { snapshotStoreContract, type SnapshotStoreFixture } from './testing/snapshot-store.contract.js';
export {
  aCommand,
  admittedOf,
  anId,
  aWorkflowId,
  Condition,
  type Ran,
  readAll,
  sha256,
  TestLane,
} from './testing/test-lane.js';

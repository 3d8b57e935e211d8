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
  type LogRange,
  type ReceivedCommand,
  type StoredEvent,
  type Subscription,
} from './journal.js';
export { type CachedOutput, type OutputCache } from './output-cache.js';
export { type PartitionAssignment } from './partition-assignment.js';
export {
  type ProjectionWrite,
  type ReaderCheckpoint,
  type ReadStore,
  type WorkflowField,
  type WorkflowPage,
  type WorkflowQuery,
  type WorkflowSortField,
} from './read-store.js';
export { type EnvironmentStore, type SecretCipher, type SecretEntry, type SecretStore } from './secrets.js';
export { type ScriptOutcome, type ScriptRequest, type ScriptSandbox } from './script-sandbox.js';
export { type LaneCheckpoint, type RemovedSnapshot, type Snapshot, type SnapshotStore } from './snapshot-store.js';
export { type ValueFraming } from './value-framing.js';

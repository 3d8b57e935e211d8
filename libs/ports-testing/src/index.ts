export { definitionLogContract, type DefinitionLogFixture } from './definition-log.contract.js';
export { aTask, aWorkflow } from './documents.js';
export { journalContract, type JournalFixture } from './journal.contract.js';
export { oddValues } from './odd-values.js';
export { outputCacheContract, type OutputCacheFixture } from './output-cache.contract.js';
export { PrivateServers } from './private-servers.js';
export { readStoreContract, type ReadStoreFixture } from './read-store.contract.js';
export { snapshotStoreContract, type SnapshotStoreFixture } from './snapshot-store.contract.js';
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
} from './test-lane.js';

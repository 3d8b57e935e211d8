export { packedTask, packedWorkflow } from './packed.js';
export { SqliteStore } from './sqlite-store.js';

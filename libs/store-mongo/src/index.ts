export { type MongoReadStore } from './read-store.js';
export { type MongoSnapshotStore } from './snapshot-store.js';
export { type Log, MongoStore, type MongoStoreOptions } from './store.js';

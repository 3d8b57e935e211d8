export { type Config, readConfig } from './config.js';
export { armCrash, type CrashAt, parseCrashAt } from './crash.js';
export { flags } from './environment.js';
export { sha256 } from './hash.js';
export { listen } from './listen.js';
export { makeLog } from './log.js';
export { Metrics } from './metrics.js';
export { runApp } from './run-app.js';
export { onShutdown } from './shutdown.js';

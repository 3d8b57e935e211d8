export { type JqOutcome, JqPool, type JqPoolOptions } from './jq/jq-pool.js';
export { QuickJsSandbox, type QuickJsSandboxOptions } from './quickjs/quickjs-sandbox.js';
export { openScripts, type Scripts } from './scripts.js';

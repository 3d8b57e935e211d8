export { type JqOutcome, JqPool } from './jq/jq-pool.js';
export { QuickJsSandbox, type QuickJsSandboxOptions } from './quickjs/quickjs-sandbox.js';

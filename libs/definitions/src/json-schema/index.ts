export { checkValue, type ValueFault } from './check-value.js';
export { type CompiledSchema, compileSchema, type SchemaFault } from './compile-schema.js';
export * from './limits.js';
export type { SchemaErrorCode, SchemaNode } from './schema.js';

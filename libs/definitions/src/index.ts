export type * from './model.js';
export { canonicalJson } from './canonical.js';
export {
  adHocTaskDef,
  defaultTaskDef,
  RATE_LIMIT_DEFAULTS,
  SCHEMA_DEFAULTS,
  SYSTEM_TASK_DEF_DEFAULTS,
  TASK_DEF_DEFAULTS,
  TASK_DEFAULTS,
  WORKFLOW_DEFAULTS,
} from './defaults.js';
export { askedByDefinition } from './asked.js';
export * from './json-schema/index.js';
export * from './limits.js';
export { parseForkedTasks } from './parse-forked-tasks.js';
export { parseTaskDef, type TaskDefOptions } from './parse-task-def.js';
export { parseWorkflowDef, type WorkflowDefOptions } from './parse-workflow-def.js';
export { populate, type DefinitionLookups } from './populate.js';
export { enforcedData } from './schema-rules.js';
export type { ParseResult, Violation } from './violations.js';
export { allTasks, type PlacedTask } from './walk.js';

import { WORKFLOW_DEFAULTS as DEFAULTS } from './defaults.js';
import { checkExpressions } from './expression-rules.js';
import type { TaskDef, WorkflowDef } from './model.js';
import { readTasks } from './read-task.js';
import * as read from './reader.js';
import { checkJoins, indexReferences } from './reference-rules.js';
import { checkSchemas } from './schema-rules.js';
import type { ReadContext } from './scope.js';
import { readAuditable, readCacheConfig, readRateLimitConfig, readSchemaDef } from './small-models.js';
import { refuse, resultOf, type ParseResult, type Report } from './violations.js';

export interface WorkflowDefOptions {
  /** Refuses a definition without `ownerEmail`. Default false. */
  readonly ownerEmailMandatory?: boolean;
  /** Applies Conductor's name rule (`conductor.app.workflow.name-validation.enabled`). Default false. */
  readonly validateName?: boolean;
  /** Registered task definitions, whose inputTemplate may supply the input that a type requires. Default: none. */
  readonly taskDef?: (name: string) => TaskDef | undefined;
  /** Names that `${NAME}` may take from the environment: nobody needs a task of that name. Default: none. */
  readonly environmentNames?: ReadonlySet<string>;
}

/** Parses and validates a workflow definition as Conductor does at registration, applying all defaults. */
export function parseWorkflowDef(input: unknown, options: WorkflowDefOptions = {}): ParseResult<WorkflowDef> {
  const report: Report = { violations: [] };
  if (input === null || input === undefined) {
    refuse(report, { place: undefined, message: 'WorkflowDef cannot be null' });
    return resultOf<WorkflowDef>(report, undefined);
  }
  return resultOf(
    report,
    read.readObject(report, { value: input, place: undefined }, (source) => readRoot(source, options)),
  );
}

function readRoot(source: read.Source, options: WorkflowDefOptions): WorkflowDef {
  const context: ReadContext = {
    scope: { entries: [] },
    taskDef: options.taskDef ?? (() => undefined),
    readInline: readInlineDef,
    count: { tasks: 0 },
    depth: 0,
    hasTypeRules: true,
  };
  const def = readDef(source, context);
  checkRoot(source, def, options);
  const references = indexReferences(context.scope.entries, def.name);
  checkJoins(context.scope.entries, references);
  checkExpressions(context.scope.entries, references, options.environmentNames);
  return def;
}

/**
 * The definition inside a SUB_WORKFLOW. Conductor starts it without its registration checks, so only what the engine
 * itself depends on is demanded: types, names, unique references, JOINs that can end.
 */
export function readInlineDef(source: read.Source, outer: ReadContext): WorkflowDef {
  const context: ReadContext = { ...outer, scope: { entries: [] }, hasTypeRules: false };
  const def = readDef(source, context);
  checkJoins(context.scope.entries, indexReferences(context.scope.entries, def.name));
  return def;
}

function readDef(source: read.Source, context: ReadContext): WorkflowDef {
  const def = readFields(source, context);
  checkSchemas(source, def);
  return def;
}

function readFields(source: read.Source, context: ReadContext): WorkflowDef {
  return read.withoutAbsent({
    name: read.requiredText(source, 'name', 'WorkflowDef name cannot be null or empty'),
    description: read.text(source, 'description'),
    // Null would be 0 in Conductor, which is no version here; the default is what its author meant.
    version: read.int(source, 'version', { fallback: DEFAULTS.version, whenNull: DEFAULTS.version, min: 1 }),
    tasks: readTasks(source, 'tasks', { owner: undefined, context }),
    ...readBehaviour(source),
    ...readValues(source),
    ...readStoredOnly(source),
    ...readAuditable(source),
  });
}

function readBehaviour(source: read.Source) {
  return {
    failureWorkflow: read.text(source, 'failureWorkflow'),
    failureWorkflowVersion: read.optionalInt(source, 'failureWorkflowVersion', { min: 0 }),
    schemaVersion: read.int(source, 'schemaVersion', {
      fallback: DEFAULTS.schemaVersion,
      min: DEFAULTS.schemaVersion,
      message: () => SCHEMA_VERSION_MESSAGE,
    }),
    restartable: read.flag(source, 'restartable', DEFAULTS.restartable),
    timeoutPolicy: read.optionalOneOf(source, 'timeoutPolicy', ['TIME_OUT_WF', 'ALERT_ONLY']) ?? DEFAULTS.timeoutPolicy,
    timeoutSeconds: read.long(source, 'timeoutSeconds', { fallback: DEFAULTS.timeoutSeconds, min: 0 }),
  };
}

function readValues(source: read.Source) {
  return {
    inputParameters: read.texts(source, 'inputParameters'),
    outputParameters: read.map(source, 'outputParameters'),
    variables: read.map(source, 'variables'),
    inputTemplate: read.map(source, 'inputTemplate'),
    metadata: read.map(source, 'metadata'),
  };
}

function readStoredOnly(source: read.Source) {
  return {
    workflowStatusListenerEnabled: read.flag(
      source,
      'workflowStatusListenerEnabled',
      DEFAULTS.workflowStatusListenerEnabled,
    ),
    workflowStatusListenerSink: read.text(source, 'workflowStatusListenerSink'),
    ownerEmail: read.text(source, 'ownerEmail'),
    inputSchema: read.object(source, 'inputSchema', readSchemaDef),
    outputSchema: read.object(source, 'outputSchema', readSchemaDef),
    enforceSchema: read.flag(source, 'enforceSchema', DEFAULTS.enforceSchema),
    rateLimitConfig: read.object(source, 'rateLimitConfig', readRateLimitConfig),
    cacheConfig: read.object(source, 'cacheConfig', readCacheConfig),
    maskedFields: read.texts(source, 'maskedFields'),
  };
}

const SCHEMA_VERSION_MESSAGE = 'workflowDef schemaVersion: 2 is only supported';

function checkRoot(source: read.Source, def: WorkflowDef, options: WorkflowDefOptions): void {
  if (def.schemaVersion > DEFAULTS.schemaVersion) read.refuseField(source, 'schemaVersion', SCHEMA_VERSION_MESSAGE);
  const tasks = read.fieldValue(source, 'tasks');
  // Looked at as it came in: a list of nothing but refused items has its violations already.
  if (tasks === undefined || tasks === null || (Array.isArray(tasks) && tasks.length === 0)) {
    read.refuseField(source, 'tasks', 'WorkflowTask list cannot be empty');
  }
  if (options.ownerEmailMandatory && !def.ownerEmail) {
    read.refuseField(source, 'ownerEmail', 'ownerEmail cannot be empty');
  }
  if (options.validateName && def.name !== '' && !ALLOWED_NAME.test(def.name)) {
    const message = `Invalid name '${def.name}'. Allowed characters are alphanumeric, underscores, spaces, hyphens, and special characters like <, >, {, }, #`;
    read.refuseField(source, 'name', message);
  }
}

/** White space as Java understands it: ASCII only. */
const ALLOWED_NAME = /^[A-Za-z0-9_<>{}# \t\n\v\f\r-]+$/;

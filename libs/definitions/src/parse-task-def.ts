import { TASK_DEF_DEFAULTS as DEFAULTS } from './defaults.js';
import type { TaskDef } from './model.js';
import * as read from './reader.js';
import { checkSchemas } from './schema-rules.js';
import { readAuditable, readSchemaDef } from './small-models.js';
import { refuse, resultOf, type ParseResult, type Report } from './violations.js';

export interface TaskDefOptions {
  /** Refuses a definition without `ownerEmail`. Default false. */
  readonly ownerEmailMandatory?: boolean;
}

/** Parses and validates a task definition as Conductor does at registration, applying all defaults. */
export function parseTaskDef(input: unknown, options: TaskDefOptions = {}): ParseResult<TaskDef> {
  const report: Report = { violations: [] };
  if (input === null || input === undefined) {
    refuse(report, { place: undefined, message: 'TaskDef cannot be null' });
    return resultOf<TaskDef>(report, undefined);
  }
  return resultOf(
    report,
    read.readObject(report, { value: input, place: undefined }, (source) => readRegistered(source, options)),
  );
}

function readRegistered(source: read.Source, options: TaskDefOptions): TaskDef {
  const name = read.requiredText(source, 'name', 'TaskDef name cannot be null or empty');
  const def = readTaskDef(source, { name, responseTimeoutSecondsMin: 1 });
  if (options.ownerEmailMandatory && !def.ownerEmail) {
    read.refuseField(source, 'ownerEmail', 'ownerEmail cannot be empty');
  }
  for (const { field, message } of timeoutFaults(def)) read.refuseField(source, field, message);
  return def;
}

/**
 * Reads the definition that an author embedded in a task. Conductor checks neither its time-outs against each other nor
 * its name, and people feed exported snapshots back, where system tasks carry a response time-out of 0.
 */
export function readEmbeddedTaskDef(source: read.Source, taskName: string): TaskDef {
  return readTaskDef(source, { name: read.text(source, 'name') || taskName, responseTimeoutSecondsMin: 0 });
}

interface Identity {
  readonly name: string;
  readonly responseTimeoutSecondsMin: number;
}

function readTaskDef(source: read.Source, identity: Identity): TaskDef {
  const def = readFields(source, identity);
  checkSchemas(source, def);
  return def;
}

function readFields(source: read.Source, { name, responseTimeoutSecondsMin }: Identity): TaskDef {
  return read.withoutAbsent({
    name,
    description: read.text(source, 'description'),
    ...readRetry(source),
    ...readTimeouts(source, responseTimeoutSecondsMin),
    ...readRates(source),
    inputKeys: read.texts(source, 'inputKeys'),
    outputKeys: read.texts(source, 'outputKeys'),
    inputTemplate: read.map(source, 'inputTemplate'),
    isolationGroupId: read.text(source, 'isolationGroupId'),
    executionNameSpace: read.text(source, 'executionNameSpace'),
    ownerEmail: read.text(source, 'ownerEmail'),
    baseType: read.text(source, 'baseType'),
    taskStatusListenerEnabled: read.flag(source, 'taskStatusListenerEnabled', DEFAULTS.taskStatusListenerEnabled),
    inputSchema: read.object(source, 'inputSchema', readSchemaDef),
    outputSchema: read.object(source, 'outputSchema', readSchemaDef),
    enforceSchema: read.flag(source, 'enforceSchema', DEFAULTS.enforceSchema),
    runtimeMetadata: read.texts(source, 'runtimeMetadata'),
    delivery: read.optionalOneOf(source, 'delivery', ['poll', 'kafka']),
    ...readAuditable(source),
  });
}

/** Conductor's message quotes the bound and not the value. */
const atLeastZero = (field: string) => ({ min: 0, message: () => `TaskDef ${field}: 0 must be >= 0` });

function readRetry(source: read.Source) {
  return {
    retryCount: read.int(source, 'retryCount', { fallback: DEFAULTS.retryCount, ...atLeastZero('retryCount') }),
    retryLogic:
      read.optionalOneOf(source, 'retryLogic', ['FIXED', 'EXPONENTIAL_BACKOFF', 'LINEAR_BACKOFF']) ??
      DEFAULTS.retryLogic,
    retryDelaySeconds: read.int(source, 'retryDelaySeconds', { fallback: DEFAULTS.retryDelaySeconds, min: 0 }),
    maxRetryDelaySeconds: read.int(source, 'maxRetryDelaySeconds', {
      fallback: DEFAULTS.maxRetryDelaySeconds,
      ...atLeastZero('maxRetryDelaySeconds'),
    }),
    backoffScaleFactor: read.int(source, 'backoffScaleFactor', {
      fallback: DEFAULTS.backoffScaleFactor,
      min: 1,
      message: () => 'Backoff scale factor. Applicable for LINEAR_BACKOFF',
    }),
    backoffJitterMs: read.int(source, 'backoffJitterMs', {
      fallback: DEFAULTS.backoffJitterMs,
      ...atLeastZero('backoffJitterMs'),
    }),
  };
}

function readTimeouts(source: read.Source, responseTimeoutSecondsMin: number) {
  return {
    timeoutSeconds: read.long(source, 'timeoutSeconds', { fallback: DEFAULTS.timeoutSeconds, min: 0 }),
    timeoutPolicy:
      read.optionalOneOf(source, 'timeoutPolicy', ['RETRY', 'TIME_OUT_WF', 'ALERT_ONLY']) ?? DEFAULTS.timeoutPolicy,
    responseTimeoutSeconds: read.long(source, 'responseTimeoutSeconds', {
      fallback: DEFAULTS.responseTimeoutSeconds,
      min: responseTimeoutSecondsMin,
      message: (value) => `TaskDef responseTimeoutSeconds: ${value} should be minimum 1 second`,
    }),
    totalTimeoutSeconds: read.long(source, 'totalTimeoutSeconds', {
      fallback: DEFAULTS.totalTimeoutSeconds,
      ...atLeastZero('totalTimeoutSeconds'),
    }),
    pollTimeoutSeconds: read.optionalInt(source, 'pollTimeoutSeconds', atLeastZero('pollTimeoutSeconds')),
  };
}

/** The two rates are read through Conductor's getters, which turn null into 0 and 1. */
function readRates(source: read.Source) {
  const { rateLimitPerFrequency, rateLimitFrequencyInSeconds } = DEFAULTS;
  return {
    concurrentExecLimit: read.optionalInt(source, 'concurrentExecLimit', { min: 0 }),
    rateLimitPerFrequency: read.optionalInt(source, 'rateLimitPerFrequency', { min: 0 }) ?? rateLimitPerFrequency,
    rateLimitFrequencyInSeconds:
      read.optionalInt(source, 'rateLimitFrequencyInSeconds', { min: 0 }) ?? rateLimitFrequencyInSeconds,
  };
}

function timeoutFaults(def: TaskDef): { field: string; message: string }[] {
  const { name, timeoutSeconds, responseTimeoutSeconds, totalTimeoutSeconds } = def;
  const faults = [];
  if (timeoutSeconds > 0 && responseTimeoutSeconds > timeoutSeconds) {
    faults.push({
      field: 'responseTimeoutSeconds',
      message: `TaskDef: ${name} responseTimeoutSeconds: ${responseTimeoutSeconds} must be less than timeoutSeconds: ${timeoutSeconds}`,
    });
  }
  if (totalTimeoutSeconds > 0 && timeoutSeconds > totalTimeoutSeconds) {
    faults.push({
      field: 'timeoutSeconds',
      message: `TaskDef: ${name} timeoutSeconds: ${timeoutSeconds} must be less than or equal to totalTimeoutSeconds: ${totalTimeoutSeconds}`,
    });
  }
  return faults;
}

import type { RateLimitPolicy, RetryLogic, TaskDef, TaskTimeoutPolicy, WorkflowTimeoutPolicy } from './model.js';

/** Conductor's defaults of absent fields. Lists and maps that are not named here default to empty, numbers to 0. */
export const WORKFLOW_DEFAULTS = {
  version: 1,
  schemaVersion: 2,
  restartable: true,
  workflowStatusListenerEnabled: false,
  timeoutPolicy: 'ALERT_ONLY' as WorkflowTimeoutPolicy,
  timeoutSeconds: 0,
  enforceSchema: true,
} as const;

export const TASK_DEFAULTS = {
  type: 'SIMPLE',
  startDelay: 0,
  optional: false,
  permissive: false,
  asyncComplete: false,
} as const;

export const TASK_DEF_DEFAULTS = {
  retryCount: 3,
  timeoutSeconds: 0,
  timeoutPolicy: 'TIME_OUT_WF' as TaskTimeoutPolicy,
  retryLogic: 'FIXED' as RetryLogic,
  retryDelaySeconds: 60,
  maxRetryDelaySeconds: 0,
  backoffScaleFactor: 1,
  backoffJitterMs: 0,
  responseTimeoutSeconds: 3600,
  totalTimeoutSeconds: 0,
  rateLimitPerFrequency: 0,
  rateLimitFrequencyInSeconds: 1,
  taskStatusListenerEnabled: true,
  enforceSchema: false,
} as const;

/** What a task that is not SIMPLE gets instead when nobody registered a definition of its name: no retry, no lease. */
export const SYSTEM_TASK_DEF_DEFAULTS = { retryCount: 0, responseTimeoutSeconds: 0 } as const;

export const SCHEMA_DEFAULTS = { version: 1 } as const;

export const RATE_LIMIT_DEFAULTS = { policy: 'QUEUE' as RateLimitPolicy } as const;

/** The definition with nothing but a name: what Conductor's model says when nobody said anything. */
export function defaultTaskDef(name: string): TaskDef {
  return {
    name,
    ...TASK_DEF_DEFAULTS,
    inputKeys: [],
    outputKeys: [],
    inputTemplate: {},
    runtimeMetadata: [],
    createTime: 0,
    updateTime: 0,
  };
}

/** The definition of a task whose name nobody registered: the defaults for SIMPLE, no retries for the other types. */
export function adHocTaskDef(name: string, type: string): TaskDef {
  const def = defaultTaskDef(name);
  return type === TASK_DEFAULTS.type ? def : { ...def, ...SYSTEM_TASK_DEF_DEFAULTS };
}

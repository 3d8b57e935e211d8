/**
 * Conductor's definition models with Conductor's field names. A field is required here when it has a default, because a
 * parsed definition always carries it; it is optional when Conductor leaves the absent value out of its JSON.
 * Values of this shape come only from `parseWorkflowDef` and `parseTaskDef`.
 */

/** A JSON object whose keys come from users. Read single keys with `Object.hasOwn` in mind. */
export type JsonMap = Readonly<Record<string, unknown>>;

/** Who made a thing and when; times are epoch milliseconds, 0 when unknown. */
export interface Auditable {
  readonly ownerApp?: string;
  readonly createTime: number;
  readonly updateTime: number;
  readonly createdBy?: string;
  readonly updatedBy?: string;
}

export type WorkflowTimeoutPolicy = 'TIME_OUT_WF' | 'ALERT_ONLY';
export type TaskTimeoutPolicy = 'RETRY' | 'TIME_OUT_WF' | 'ALERT_ONLY';
export type RetryLogic = 'FIXED' | 'EXPONENTIAL_BACKOFF' | 'LINEAR_BACKOFF';
export type JoinMode = 'SYNC' | 'ASYNC';
export type SchemaType = 'JSON' | 'AVRO' | 'PROTOBUF';
export type RateLimitPolicy = 'QUEUE' | 'REJECT';
export type IdempotencyStrategy = 'FAIL' | 'RETURN_EXISTING' | 'FAIL_ON_RUNNING';

/** How the tasks of one type reach their workers. Da Capo's own addition. */
export type TaskDelivery = 'poll' | 'kafka';

export interface SchemaDef extends Auditable {
  readonly name: string;
  readonly version: number;
  readonly type: SchemaType;
  readonly data?: JsonMap;
  readonly externalRef?: string;
}

export interface RateLimitConfig {
  readonly rateLimitKey?: string;
  readonly concurrentExecLimit: number;
  readonly policy: RateLimitPolicy;
}

export interface CacheConfig {
  /** An expression over the input of the task. */
  readonly key?: string;
  /** 0: nothing is reused. */
  readonly ttlInSecond: number;
}

export interface StateChangeEvent {
  readonly type: string;
  readonly payload?: JsonMap;
}

export interface SubWorkflowParams {
  /** A name, or an expression that yields it. An inline definition's own name when there is one. */
  readonly name?: string;
  /** A version, or one whole expression that yields it; the latest when absent. */
  readonly version?: number | string;
  readonly taskToDomain?: Readonly<Record<string, string>>;
  /** An inline definition, or one whole expression (`${...}`) that yields it at run time. */
  readonly workflowDefinition?: WorkflowDef | string;
  readonly idempotencyKey?: string;
  readonly idempotencyStrategy?: IdempotencyStrategy;
  /** A number or an expression; 0 when absent: Conductor does not hand the parent's on, whatever its comments say. */
  readonly priority?: number | string;
}

export interface TaskDef extends Auditable {
  readonly name: string;
  readonly description?: string;
  readonly retryCount: number;
  /** 0 disables. */
  readonly timeoutSeconds: number;
  readonly timeoutPolicy: TaskTimeoutPolicy;
  readonly retryLogic: RetryLogic;
  readonly retryDelaySeconds: number;
  /** 0 means no cap. */
  readonly maxRetryDelaySeconds: number;
  readonly backoffScaleFactor: number;
  readonly backoffJitterMs: number;
  /** At least 1 in a registered definition; 0 (off) in the ad-hoc definition of a system task. */
  readonly responseTimeoutSeconds: number;
  /** Over all attempts; 0 disables. */
  readonly totalTimeoutSeconds: number;
  readonly pollTimeoutSeconds?: number;
  readonly inputKeys: readonly string[];
  readonly outputKeys: readonly string[];
  readonly inputTemplate: JsonMap;
  /** Absent or 0 means unlimited. */
  readonly concurrentExecLimit?: number;
  /** 0 means unlimited. */
  readonly rateLimitPerFrequency: number;
  readonly rateLimitFrequencyInSeconds: number;
  readonly isolationGroupId?: string;
  readonly executionNameSpace?: string;
  readonly ownerEmail?: string;
  readonly baseType?: string;
  readonly taskStatusListenerEnabled: boolean;
  readonly inputSchema?: SchemaDef;
  readonly outputSchema?: SchemaDef;
  readonly enforceSchema: boolean;
  /** Names of secrets and environment values delivered with a polled task. */
  readonly runtimeMetadata: readonly string[];
  /** Absent means `poll`. */
  readonly delivery?: TaskDelivery;
}

export interface WorkflowTask {
  readonly name: string;
  readonly taskReferenceName: string;
  readonly description?: string;
  readonly inputParameters: JsonMap;
  /** Any text; a type the server does not know is a worker task queued under that type. */
  readonly type: string;
  readonly dynamicTaskNameParam?: string;
  /** @deprecated DECISION only. */
  readonly caseValueParam?: string;
  /** @deprecated DECISION only. */
  readonly caseExpression?: string;
  /** LAMBDA's legacy script. */
  readonly scriptExpression?: string;
  /** By case; of a TRY the lists `try`, `catch` and `finally`. */
  readonly decisionCases: Readonly<Record<string, readonly WorkflowTask[]>>;
  readonly defaultCase: readonly WorkflowTask[];
  /** @deprecated Style C of FORK_JOIN_DYNAMIC. */
  readonly dynamicForkJoinTasksParam?: string;
  readonly dynamicForkTasksParam?: string;
  readonly dynamicForkTasksInputParamName?: string;
  readonly forkTasks: readonly (readonly WorkflowTask[])[];
  /** Seconds before the first schedule of a worker task. */
  readonly startDelay: number;
  readonly subWorkflowParam?: SubWorkflowParams;
  readonly joinOn: readonly string[];
  readonly joinStatus?: string;
  /** Absent behaves as ASYNC. */
  readonly joinMode?: JoinMode;
  readonly sink?: string;
  readonly optional: boolean;
  readonly permissive: boolean;
  /** Filled in by `populate`; authors may embed it. */
  readonly taskDefinition?: TaskDef;
  readonly rateLimited?: boolean;
  readonly defaultExclusiveJoinTask: readonly string[];
  /** EVENT, HTTP, KAFKA_PUBLISH: done when somebody outside says so. */
  readonly asyncComplete: boolean;
  readonly loopCondition?: string;
  readonly loopOver: readonly WorkflowTask[];
  /** The list of a DO_WHILE or a FOR_EACH: the expression that yields it. */
  readonly items?: string;
  /** Overrides the task definition's retryCount. */
  readonly retryCount?: number;
  readonly evaluatorType?: string;
  readonly expression?: string;
  readonly onStateChange: Readonly<Record<string, readonly StateChangeEvent[]>>;
  readonly cacheConfig?: CacheConfig;
  readonly metadata: JsonMap;
}

export interface WorkflowDef extends Auditable {
  readonly name: string;
  readonly description?: string;
  readonly version: number;
  readonly tasks: readonly WorkflowTask[];
  readonly inputParameters: readonly string[];
  readonly outputParameters: JsonMap;
  readonly failureWorkflow?: string;
  /** The latest version when absent. */
  readonly failureWorkflowVersion?: number;
  readonly schemaVersion: number;
  readonly restartable: boolean;
  readonly workflowStatusListenerEnabled: boolean;
  readonly workflowStatusListenerSink?: string;
  readonly ownerEmail?: string;
  readonly timeoutPolicy: WorkflowTimeoutPolicy;
  /** 0 disables. */
  readonly timeoutSeconds: number;
  readonly variables: JsonMap;
  readonly inputTemplate: JsonMap;
  readonly inputSchema?: SchemaDef;
  readonly outputSchema?: SchemaDef;
  readonly enforceSchema: boolean;
  readonly rateLimitConfig?: RateLimitConfig;
  readonly cacheConfig?: CacheConfig;
  readonly maskedFields: readonly string[];
  readonly metadata: JsonMap;
}

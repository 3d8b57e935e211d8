/**
 * What `decide` must know of one workflow: plain JSON, so that a snapshot is one `JSON.stringify`. Which index answers which question:
 * `tasks` (by reference name) the latest attempt; `references` (by task id) whose attempt it is; `open` what still runs;
 * `awaited` (by reference name) which JOINs wait for it. Nothing here is searched through, so a step costs the same whatever has ended.
 */
import type { DeferredStep, JsonObject, Parent, TaskStatus, WorkflowStatus } from '@dacapo/contracts';

export interface TaskState {
  taskId: string;
  /** With the turns of the loops around it; its key in `tasks`. */
  referenceTaskName: string;
  /** Reference name in the definition, where it differs. */
  node?: string;
  /** The turns of the loops around it (flow/place.ts). */
  scope?: string;
  /** Key of the dynamic fork that made it. */
  fork?: string;
  taskType: string;
  taskDefName: string;
  taskSeq: number;
  status: TaskStatus;
  input: JsonObject;
  output: JsonObject;
  retryCount: number;
  iteration: number;
  scheduledTime: number;
  firstScheduledTime: number;
  startTime: number;
  updateTime: number;
  endTime: number;
  startDelaySeconds: number;
  callbackAfterSeconds: number;
  pollCount: number;
  /** Workers ask for it under this name; absent for tasks of the engine. */
  queue?: string;
  domain?: string;
  /** Several to be offered in, in their order. */
  domains?: readonly string[];
  delivery?: 'poll' | 'kafka';
  /** A worker may take it now. */
  ready: boolean;
  /** Another attempt is owed or has been scheduled. */
  retried: boolean;
  workerId?: string;
  reason?: string;
  subWorkflowId?: string;
  /** The first run of the child that it has not dealt with; absent is 0. */
  childRun?: number;
  /** Cancelled by an operator's jump. */
  isPassedOver?: true;
  /** Due times by timer name, epoch milliseconds. */
  timers: Record<string, number>;
  /** JOIN only: how many of its `joinOn` have not ended. */
  waitsFor?: number;
  /** Definitions that were looked up for it, by name. */
  taskDefs?: Readonly<Record<string, JsonObject>>;
  /** The cache is asked for an output to reuse. */
  isCacheAsked?: true;
  /** Look-ups of definitions that are under way. */
  lookUps?: number;
  /** Dynamic fork only: the input that its tasks are made from, while it records them. */
  forkInput?: JsonObject;
  /** JOIN only: what it waited for when its script was sent to the sandbox. */
  waitedFor?: number;
  /** DO_WHILE: number of the running turn; FOR_EACH: how many have ended. */
  turn?: number;
  /** In loops: ids of the attempts before, which go with it when its turn is dropped. */
  earlier?: string[];
  /** TRY only, once it has left its list `try`: where it is, and what had failed in the lists that it has given up. */
  branch?: { readonly name: string; readonly errors: Readonly<Record<string, JsonObject>> };
  /** A script of it is in the sandbox: number of the event that asked. */
  evaluating?: number;
}

/** A permit of a limit (permits/), or the wish for one. */
export interface Permit {
  /** Id of the limit's stream. */
  readonly limit: string;
  /** Number of the event that asked for it. */
  readonly request: number;
  held: boolean;
  /** For whom the task was claimed. */
  readonly workerId?: string;
  readonly pollId?: string;
  /** In which of its domains. */
  readonly domain?: string;
}

export interface WorkflowState {
  /** Tells a limit's state from a workflow's. */
  readonly kind?: never;
  workflowId: string;
  /** Number and hash of the last event. */
  seq: number;
  hash: string;
  /** How often the workflow was opened, from 0: part of every derived id. */
  run: number;
  status: WorkflowStatus;
  name: string;
  version: number;
  definition: string;
  createTime: number;
  /** 0, or when it was last resumed or retried: the workflow timeout counts from there. */
  lastRetriedTime: number;
  input: JsonObject;
  output: JsonObject;
  variables: JsonObject;
  reason?: string;
  correlationId?: string;
  priority: number;
  taskToDomain?: Readonly<Record<string, string>>;
  parent?: Parent;
  taskCount: number;
  /** Reference name of the task scheduled last. */
  lastTask?: string;
  tasks: Record<string, TaskState>;
  references: Record<string, string>;
  open: Record<string, true>;
  openCount: number;
  /** How many of them wait for others (types.ts). */
  openWaiters: number;
  awaited: Record<string, string[]>;
  /** Ended while the workflow was paused: what follows waits for the resume. */
  held: string[];
  /** Steps that were put off (ContinueWorkflow takes them). */
  deferred: DeferredStep[];
  /** Keys of the latest executions of tasks in loops, by reference name in the definition. */
  latest: Record<string, string>;
  /** Key of the first dynamic fork: the branches of the others carry the names of their forks. */
  firstFork?: string;
  /** The same within a turn, for loops inside of loops: by the scope of that turn, then by reference name. */
  latestIn: Record<string, Record<string, string>>;
  /** Taken out of every view by an operator. */
  isRemoved?: true;
  /** Scripts that are in the sandbox. */
  evaluating: number;
  /** Values for `${workflow.env.NAME}`. */
  environment?: Readonly<Record<string, unknown>>;
  /** Workflow timeout, epoch milliseconds. */
  timeoutAt?: number;
  failedReferenceTaskNames: string[];
  failedTaskNames: string[];
  /** By holder: the id of a task, or of the workflow itself. */
  permits?: Record<string, Permit>;
  /** Waits for a permit before its first task. */
  rateLimited?: true;
  rateLimitKey?: string;
  idempotencyKey?: string;
}

/** Own properties only: names come from users, and `toString` is a legal reference name. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

export function isEnded(status: WorkflowStatus): boolean {
  return status !== 'RUNNING' && status !== 'PAUSED';
}

export function isTaskOpen(status: TaskStatus): boolean {
  return status === 'SCHEDULED' || status === 'IN_PROGRESS';
}

export function isTaskSuccessful(status: TaskStatus): boolean {
  return status === 'COMPLETED' || status === 'COMPLETED_WITH_ERRORS' || status === 'SKIPPED';
}

/** What a task shows now. The output of a running loop grows in place: who keeps it, keeps a copy. */
export function outputNow({ output, turn, status }: TaskState): JsonObject {
  return turn !== undefined && isTaskOpen(status) ? { ...output } : output;
}

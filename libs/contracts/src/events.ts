/**
 * Everything that can have happened. An event is a fact: it is never changed and never removed. The names are
 * noun + past verb; JSON Schemas of these stand in `schemas/events/`. Times are epoch milliseconds.
 */
import {
  childRequestShape,
  evaluationOutcomeShape,
  limitsShape,
  parentShape,
  reopeningShape,
  taskLogShape,
  wishShape,
} from './commands.js';
import { anything, flag, type Infer, integer, list, map, mapOf, object, oneOf, text } from './shape.js';

/** Due times by timer name (`response`, `poll`, `timeout`, `total`, `offer`, `wait`, `start`); they count for the task named. */
const timers = mapOf(integer);

const scheduled = {
  taskId: text,
  referenceTaskName: text,
  taskType: text,
  taskDefName: text,
  /** Position of the task in the workflow, from 1: Conductor's `seq`. */
  taskSeq: integer,
  input: map,
};

const scheduledOptional = {
  /** IN_PROGRESS for tasks that the engine itself works on; default SCHEDULED. */
  status: oneOf('SCHEDULED', 'IN_PROGRESS'),
  /** Present when workers are to take it: the definition's name, and who calls it. */
  queue: text,
  delivery: oneOf('poll', 'kafka'),
  domain: text,
  /** Several domains to be offered in, the first one that is polled; `NO_DOMAIN` stands for none. `domain` is the last of them. */
  domains: list(text),
  workflowType: text,
  definition: text,
  correlationId: text,
  workflowPriority: integer,
  /** Number of the innermost loop's turn, from 1; absent outside of loops. */
  iteration: integer,
  /** The turns of all loops around the task, `__2__1`: what its reference name carries behind the one of the definition. */
  scope: text,
  /** Reference name of the dynamic fork that made the task. */
  fork: text,
  /** When it may be handed out, if not at once. */
  delaySeconds: integer,
  responseTimeoutSeconds: integer,
  timers,
  /** A worker gets it only with a permit. */
  limited: flag,
};

const ended = {
  workerId: text,
  reasonForIncompletion: text,
  output: map,
  logs: list(taskLogShape),
};

/** What the end of a SUB_WORKFLOW task has to do with its child. */
const childAtEnd = {
  /** The child that is to be terminated because the task ended without it, and why. */
  subWorkflowId: text,
  childTermination: text,
  /** The run of the child that is dealt with by this. */
  childRun: integer,
};

/** A step of a decision that was put off. */
const stepShape = object(
  {
    do: oneOf('enter', 'leave', 'settle', 'resume', 'fire', 'retry', 'retry-child', 'reopen', 'wake'),
    reference: text,
  },
  { scope: text, fork: text, from: integer },
);
export type DeferredStep = Infer<typeof stepShape>;

const workflowEnd = { output: map };
/** Which run ended; default 0. */
const endedRun = { run: integer };
const failedNames = {
  failedReferenceTaskNames: list(text),
  failedTaskNames: list(text),
};

const shapes = {
  /** A lane took the partition. Events of lower epochs behind it do not count (fencing.ts). */
  PartitionClaimed: object({ owner: text }),
  WorkflowStarted: object(
    { definition: text, name: text, version: integer, input: map, variables: map },
    {
      correlationId: text,
      priority: integer,
      taskToDomain: mapOf(text),
      parent: parentShape,
      event: text,
      environment: mapOf(anything),
      idempotencyKey: text,
      timers,
    },
  ),
  WorkflowPaused: object({}),
  WorkflowResumed: object({}, { timers }),
  /** The names are there when an attempt had failed on the way. */
  WorkflowCompleted: object(workflowEnd, { reason: text, ...failedNames, ...endedRun }),
  WorkflowFailed: object({ ...workflowEnd, ...failedNames }, { reason: text, failedTaskId: text, ...endedRun }),
  WorkflowTimedOut: object({ ...workflowEnd, ...failedNames }, { reason: text, failedTaskId: text, ...endedRun }),
  WorkflowTerminated: object({ ...workflowEnd, ...failedNames }, { reason: text, failedTaskId: text, ...endedRun }),
  /** An invariant broke: nothing is decided for it any more before somebody has looked. */
  WorkflowQuarantined: object({ reason: text }),
  /** Opens the next run of an ended workflow. */
  WorkflowRetried: object({ run: integer }, { timers }),
  /** Begins anew: tasks, output and variables of the runs before are history. */
  WorkflowRestarted: object({ run: integer, variables: map }, { definition: text, version: integer, timers }),
  /** Opens the next run at one task, or at the beginning when none is named. */
  WorkflowReran: object({ run: integer }, { fromTaskId: text, input: map, correlationId: text, timers }),
  /** Opens the next run because a child workflow was opened. */
  WorkflowReopened: object({ run: integer, childWorkflowId: text, chain: text, operation: reopeningShape }, { timers }),
  /** An operator's jump: the flow goes on at one task, in a run of its own. */
  WorkflowJumped: object({ run: integer, referenceTaskName: text }),
  /** Gone from every view. */
  WorkflowRemoved: object({ archived: flag }),
  /** The decision had grown long: these steps are taken with the command ContinueWorkflow. */
  StepsDeferred: object({ steps: list(stepShape) }),
  /** The first of the steps that were put off are taken now. */
  StepsResumed: object({ count: integer }),
  TaskScheduled: object(scheduled, scheduledOptional),
  /** The next attempt of a failed task. */
  RetryScheduled: object(
    { ...scheduled, retriedTaskId: text, retryCount: integer },
    { ...scheduledOptional, reasonForIncompletion: text },
  ),
  /** A worker wants a task that is limited: nobody gets it before the limit's stream (`limit` is its id) has answered. */
  PermitRequested: object(
    { taskId: text, limit: text, name: text, limits: limitsShape, priority: integer, since: integer },
    { workerId: text, pollId: text, domain: text },
  ),
  /** The workflow begins when the limit's stream grants it a permit; TAKE: an operator has opened it again, it goes on and counts. */
  WorkflowPermitRequested: object({
    limit: text,
    key: text,
    limits: limitsShape,
    policy: oneOf('QUEUE', 'REJECT', 'TAKE'),
  }),
  WorkflowPermitGranted: object({}),
  /** The permit, or the wish for one, is over. */
  PermitReturned: object({ holder: text, request: integer, limit: text }),
  /** In the stream of a limit, as all that follow. It begins. */
  LimitOpened: object({ kind: oneOf('task', 'workflow'), name: text }, { key: text }),
  /** What it allows from now on. */
  LimitSet: object({ limits: limitsShape }),
  PermitGranted: object({ holder: text, request: integer, requester: text }),
  /** Granted without an answer, whether there was room or not: others wait for its end. */
  PermitTaken: object({ holder: text, request: integer, requester: text }),
  PermitQueued: object(wishShape, { pollId: text }),
  PermitRefused: object({ holder: text, request: integer, requester: text }),
  /** There is room for it, kept until `until` (epoch milliseconds); it has to ask again. */
  PermitOffered: object({
    holder: text,
    request: integer,
    requester: text,
    priority: integer,
    since: integer,
    until: integer,
  }),
  /** It was not taken in time: the room is everybody's. */
  OfferLapsed: object({ holder: text }),
  PermitReleased: object({ holder: text, request: integer }),
  /** A delayed task may be handed out from now on. */
  TaskOffered: object({ taskId: text }, { timers }),
  /** `domain`: which of several it was taken in; empty for none. */
  TaskStarted: object(
    { taskId: text },
    { workerId: text, pollId: text, domain: text, subWorkflowId: text, timers, child: map },
  ),
  /** The worker is not done; back in the queue (SCHEDULED), or still held by the server (IN_PROGRESS). */
  TaskProgressed: object(
    { taskId: text, status: oneOf('SCHEDULED', 'IN_PROGRESS') },
    { ...ended, callbackAfterSeconds: integer, timers },
  ),
  /** `workerId`: who has the task, when a gateway had kept it for its workers. */
  TaskLeaseExtended: object({ taskId: text }, { timers, workerId: text }),
  TaskLogged: object({ taskId: text, log: text }),
  /** `cacheAs`: until when, and under which id, the output may be reused. */
  TaskCompleted: object(
    { taskId: text, status: oneOf('COMPLETED', 'COMPLETED_WITH_ERRORS') },
    { ...ended, ...childAtEnd, cacheAs: object({ cacheId: text, until: integer }) },
  ),
  /** `retried`: another attempt follows in the same decision. `noChild`: the child workflow never came into being. */
  TaskFailed: object(
    { taskId: text, status: oneOf('FAILED', 'FAILED_WITH_TERMINAL_ERROR', 'COMPLETED_WITH_ERRORS') },
    { ...ended, ...childAtEnd, retried: flag, noChild: flag },
  ),
  TaskTimedOut: object(
    { taskId: text },
    { ...ended, ...childAtEnd, retried: flag, status: oneOf('TIMED_OUT', 'COMPLETED_WITH_ERRORS') },
  ),
  /** `passedOver`: by an operator's jump; it is neither counted as a failure nor retried. */
  TaskCanceled: object({ taskId: text }, { ...ended, ...childAtEnd, retried: flag, passedOver: flag }),
  /** An ended task is IN_PROGRESS again where it was, in the next run of the workflow. `childRun`: the run of its child that it waits for. */
  TaskReopened: object({ taskId: text }, { timers, childRun: integer }),
  /** An operator let the flow pass over a task. */
  TaskSkipped: object(
    { ...scheduled, output: map },
    { workflowType: text, definition: text, correlationId: text, scope: text, iteration: integer },
  ),
  /** Taken out of the view by a rerun, a restart or `keepLastN`; the history keeps them. */
  TasksRemoved: object({ taskIds: list(text) }),
  /**
   * A turn of a loop has begun or ended. DO_WHILE: `iteration` is the turn that runs; FOR_EACH: how many have ended. `output` is what the
   * loop's task shows from now on, beside what it showed; `dropped` keys go.
   */
  LoopIterated: object({ taskId: text, iteration: integer }, { output: map, dropped: list(text) }),
  /**
   * A TRY goes on with another of its lists (`try`, `catch`, `finally`). `errors` says, by list, what had failed in those that were given
   * up on the way.
   */
  BranchEntered: object({ taskId: text, branch: text, errors: mapOf(map) }),
  /** A script that the engine does not run itself. */
  EvaluationRequested: object({
    taskId: text,
    form: oneOf('script', 'function-body'),
    source: text,
    input: map,
    fuel: integer,
  }),
  EvaluationRecorded: object({ taskId: text, outcome: evaluationOutcomeShape, sandbox: text }),
  /** Names that only this task knew: their definitions are looked up. */
  TaskDefsRequested: object({ taskId: text, names: list(text) }),
  TaskDefsRecorded: object({ taskId: text, taskDefs: mapOf(map) }),
  /** An output that an execution before had left under this id would do. */
  CachedOutputRequested: object({ taskId: text, cacheId: text }),
  /** The answer: the output is reused, or the task is done as if it had not asked. */
  CachedOutputRecorded: object({ taskId: text, reused: flag }),
  /** What a task waited for before its queue is known (a DYNAMIC's definition, an output to reuse): now it stands there, with its whole input. */
  TaskQueued: object(
    { taskId: text, queue: text, input: map },
    {
      domain: text,
      domains: list(text),
      delivery: oneOf('poll', 'kafka'),
      responseTimeoutSeconds: integer,
      limited: flag,
      timers,
    },
  ),
  /** Some of the tasks of a dynamic fork as its author gave them, the first of them the `from`th: a long list is several events. */
  TasksForked: object({ taskId: text, from: integer, tasks: list(map) }),
  /** A message to the server's own queue: the log itself carries it. */
  EventPublished: object({ taskId: text, sink: text, message: map }),
  /** A task entered a status that its `onStateChange` names: one event for each entry there, `payload` with its expressions resolved. */
  StateChangePublished: object({ taskId: text, status: text, type: text, payload: map }),
  /** The child of a task is to be retried in place, as `run` or a later one. */
  ChildRetryRequested: object({ taskId: text, childWorkflowId: text, run: integer }),
  /** A child was opened again for a task that is over: it is to end. */
  ChildTerminationRequested: object({ taskId: text, childWorkflowId: text, run: integer, reason: text }),
  /** By a SET_VARIABLE task, or by an operator. */
  VariablesSet: object({ variables: map }, { taskId: text }),
  SignalForwarded: object({ taskId: text, childWorkflowId: text, status: text, output: map }),
  TimerFired: object({ timer: text }),
  /** A timeout passed whose policy is ALERT_ONLY. */
  TimeoutAlerted: object({ timer: text, reason: text }),
  FailureWorkflowRequested: object(
    { failureWorkflowId: text, name: text, input: map },
    { version: integer, correlationId: text, taskToDomain: mapOf(text) },
  ),
  FailureWorkflowRefused: object({ name: text, reason: text }),
  /** A command had no effect. `code` is one of errors.ts. */
  CommandRejected: object(
    { command: text, code: text, message: text },
    {
      taskId: text,
      /** The parent that asked, and is told. */
      requester: childRequestShape,
    },
  ),
} as const;

export const eventShapes = shapes;
export type EventType = keyof typeof shapes;
export type EventData<T extends EventType> = Infer<(typeof shapes)[T]>;

interface EventOf<T extends EventType> {
  readonly type: T;
  readonly version: 1;
  /** The workflow it belongs to; empty for PartitionClaimed. */
  readonly workflowId: string;
  /** Dense per workflow: 1, 2, 3 ... 0 for events outside a workflow. */
  readonly seq: number;
  /** Log time, epoch milliseconds: never goes back within a partition. */
  readonly time: number;
  /** Position of the command that caused it, `partition:offset`. */
  readonly causation: string;
  readonly data: EventData<T>;
  /** Ownership of the partition under which it was written. */
  readonly epoch: number;
  /** Hash over the fields above except `epoch`, and the hash of the workflow's event before. */
  readonly hash: string;
  /** Id of the command that caused it; on the first event of a decision only. Who waits for an answer finds it by this. */
  readonly commandId?: string;
  /** The command may be sent again: the partition remembers its id. */
  readonly repeatable?: true;
}

export type Event = { [T in EventType]: EventOf<T> }[EventType];
export type EventNamed<T extends EventType> = EventOf<T>;

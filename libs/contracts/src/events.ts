/**
 * Everything that can have happened. An event is a fact: it is never changed and never removed. The names are
 * noun + past verb; JSON Schemas of these stand in `schemas/events/`. Times are epoch milliseconds.
 */
import { evaluationOutcomeShape, parentShape, taskLogShape } from './commands.js';
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
};

const ended = {
  workerId: text,
  reasonForIncompletion: text,
  output: map,
  logs: list(taskLogShape),
};

/** A step of a decision that was put off. */
const stepShape = object(
  { do: oneOf('enter', 'leave', 'settle', 'resume', 'fire'), reference: text },
  { scope: text, fork: text, from: integer },
);
export type DeferredStep = Infer<typeof stepShape>;

const workflowEnd = { output: map };
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
      timers,
    },
  ),
  WorkflowPaused: object({}),
  WorkflowResumed: object({}, { timers }),
  /** The names are there when an attempt had failed on the way. */
  WorkflowCompleted: object(workflowEnd, { reason: text, ...failedNames }),
  WorkflowFailed: object({ ...workflowEnd, ...failedNames }, { reason: text, failedTaskId: text }),
  WorkflowTimedOut: object({ ...workflowEnd, ...failedNames }, { reason: text, failedTaskId: text }),
  WorkflowTerminated: object({ ...workflowEnd, ...failedNames }, { reason: text, failedTaskId: text }),
  /** An invariant broke: nothing is decided for it any more before somebody has looked. */
  WorkflowQuarantined: object({ reason: text }),
  /** Opens the next run of an ended workflow. */
  WorkflowRetried: object({ run: integer }, { timers }),
  /** Begins anew: tasks, output and variables of the runs before are history. */
  WorkflowRestarted: object({ run: integer, variables: map }, { definition: text, version: integer, timers }),
  /** Opens the next run at one task, or at the beginning when none is named. */
  WorkflowReran: object({ run: integer }, { fromTaskId: text, input: map, correlationId: text, timers }),
  /** Opens the next run because a child workflow was opened. */
  WorkflowReopened: object({ run: integer, childWorkflowId: text }, { timers }),
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
  TaskLeaseExtended: object({ taskId: text }, { timers }),
  TaskLogged: object({ taskId: text, log: text }),
  TaskCompleted: object({ taskId: text, status: oneOf('COMPLETED', 'COMPLETED_WITH_ERRORS') }, ended),
  /** `retried`: another attempt follows in the same decision. */
  TaskFailed: object(
    { taskId: text, status: oneOf('FAILED', 'FAILED_WITH_TERMINAL_ERROR', 'COMPLETED_WITH_ERRORS') },
    { ...ended, retried: flag },
  ),
  TaskTimedOut: object(
    { taskId: text },
    { ...ended, retried: flag, status: oneOf('TIMED_OUT', 'COMPLETED_WITH_ERRORS') },
  ),
  /** `childTermination`: why the child workflow of the task is to be terminated too. */
  TaskCanceled: object({ taskId: text }, { ...ended, retried: flag, subWorkflowId: text, childTermination: text }),
  /** An ended task goes on where it was, in the next run of the workflow. */
  TaskReopened: object({ taskId: text }, { status: oneOf('SCHEDULED', 'IN_PROGRESS'), input: map, timers }),
  /** An operator let the flow pass over a task. */
  TaskSkipped: object(
    {
      taskId: text,
      referenceTaskName: text,
      taskType: text,
      taskDefName: text,
      taskSeq: integer,
      input: map,
      output: map,
    },
    { workflowType: text, definition: text, correlationId: text },
  ),
  /** Taken out of the view by a rerun, a restart or `keepLastN`; the history keeps them. */
  TasksRemoved: object({ taskIds: list(text) }),
  /** A turn of a loop begins: `output` is what its task shows from now on, beside what it showed; `dropped` keys go. */
  LoopIterated: object({ taskId: text, iteration: integer }, { output: map, dropped: list(text) }),
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
  /** A message to the server's own queue: the log itself carries it. */
  EventPublished: object({ taskId: text, sink: text, message: map }),
  /** A task entered a status that its `onStateChange` names: one event for each entry there, `payload` with its expressions resolved. */
  StateChangePublished: object({ taskId: text, status: text, type: text, payload: map }),
  ChildRetryRequested: object({ taskId: text, childWorkflowId: text }),
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
  CommandRejected: object({ command: text, code: text, message: text }, { taskId: text }),
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

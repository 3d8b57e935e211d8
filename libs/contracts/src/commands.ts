/**
 * Every request that can change a workflow. A command may be refused; what it leads to are events (events.ts).
 * The names are verb + noun; `data` has exactly the shape given here. JSON Schemas of these stand in `schemas/commands/`.
 */
import { anything, flag, type Infer, integer, list, map, mapOf, object, oneOf, text } from './shape.js';

/** Who waits for the end of a child workflow: the SUB_WORKFLOW task of the parent. `depth`: how many workflows are above the child. */
export const parentShape = object({ workflowId: text, taskId: text }, { depth: integer });
export type Parent = Infer<typeof parentShape>;

/** A worker's log line; `createdTime` in epoch milliseconds. */
export const taskLogShape = object({ log: text, createdTime: integer });

/** A parent that wants its child to run again: `run` is the first run of the child that it has not dealt with. */
export const childRequestShape = object({ workflowId: text, taskId: text, run: integer });
export type ChildRequest = Infer<typeof childRequestShape>;

const taskResult = {
  workerId: text,
  reasonForIncompletion: text,
  output: map,
  logs: list(taskLogShape),
};

/** What a script came to. `kind` says why there is no value; `fault` is what a second run need not repeat. */
export const evaluationOutcomeShape = object(
  {},
  { value: anything, kind: oneOf('error', 'fuel', 'memory', 'size', 'fault'), message: text },
);
export type EvaluationOutcome = Infer<typeof evaluationOutcomeShape>;

/** What an operator did to a child, in the words of Conductor's log line. */
export const reopeningShape = oneOf('retried', 'restarted', 'reran');
/**
 * What a limit allows: `concurrent` permits at a time, `rate` permits in any `rateSeconds` seconds (default 1). Absent or 0: no bound.
 */
export const limitsShape = object({}, { concurrent: integer, rate: integer, rateSeconds: integer });
export type Limits = Infer<typeof limitsShape>;

const permit = {
  /** Who holds it: the id of a task, or of a workflow. */
  holder: text,
  /** Number of the holder's request: its event in the workflow that asked. A later one takes the place of an earlier one. */
  request: integer,
};

/** A wish for a permit; the limit's own stream decides about it. */
export const wishShape = {
  ...permit,
  /** The workflow that asks. */
  requester: text,
  priority: integer,
  /** Since when it has been waiting, epoch milliseconds: among equals the older comes first. */
  since: integer,
  /** What follows when there is none: it is offered one later and asks again, it gets one later, it is refused, or it takes one all the same. */
  otherwise: oneOf('offer', 'grant', 'refuse', 'take'),
};

const wishOptional = {
  /** The poll for which the task was claimed. */
  pollId: text,
};

const shapes = {
  /** `definition` is the content digest of the definition with its task definitions embedded. */
  StartWorkflow: object(
    { definition: text, name: text, version: integer, input: map },
    {
      correlationId: text,
      priority: integer,
      taskToDomain: mapOf(text),
      parent: parentShape,
      event: text,
      /** Values of `${workflow.env.NAME}` that the definition asks for, as they were at the start. */
      environment: mapOf(anything),
      idempotencyKey: text,
    },
  ),
  /**
   * A worker takes a ready task; the first claim in the log wins. `limits` are those of the task's definition as it is registered now,
   * `pollId` the poll that waits for the task when a permit has to be asked for, `domain` where it was offered when it had several to be
   * offered in (empty for none).
   */
  ClaimTask: object({ taskId: text, workerId: text }, { pollId: text, limits: limitsShape, domain: text }),
  /** A worker that got its task from a Kafka topic says that it begins. */
  StartTask: object({ taskId: text, workerId: text }),
  CompleteTask: object({ taskId: text }, taskResult),
  FailTask: object({ taskId: text }, { ...taskResult, terminal: flag }),
  CancelTask: object({ taskId: text }, taskResult),
  /** The worker is not done: a worker task goes back to its queue and is offered again after the delay. */
  /** `handedBack`: whoever has claimed it has not done it, and will not; of a task of the server that is more than that it goes on. */
  ProgressTask: object({ taskId: text }, { ...taskResult, callbackAfterSeconds: integer, handedBack: flag }),
  /** `workerId`, `takenMsAgo`: a gateway that had kept the task for its workers has handed it to this one, so long ago. */
  ExtendTaskLease: object({ taskId: text }, { workerId: text, takenMsAgo: integer }),
  LogTask: object({ taskId: text, log: text }),
  /** Ends the first open WAIT task, or is passed on to an open sub-workflow. */
  SignalWorkflow: object({ status: oneOf('COMPLETED', 'FAILED', 'FAILED_WITH_TERMINAL_ERROR'), output: map }),
  PauseWorkflow: object({}),
  ResumeWorkflow: object({}),
  /** `run`: the parent's word; it means runs of the child up to this one, and only such as are open. */
  TerminateWorkflow: object({}, { reason: text, triggerFailureWorkflow: flag, run: integer }),
  /** With `resumeSubworkflowTasks` a failed child is retried in place instead of being started anew. `requester`: the parent whose word it is. */
  RetryWorkflow: object({}, { resumeSubworkflowTasks: flag, requester: childRequestShape }),
  /** From the beginning, under the same id; with `definition` on the latest one. */
  RestartWorkflow: object({}, { definition: text, version: integer }),
  /** From one task on, or as a whole; what came behind is taken out of the view. */
  RerunWorkflow: object({}, { fromTaskId: text, input: map, taskInput: map, correlationId: text }),
  /** The task will be passed over when the flow reaches it. */
  SkipTask: object({ referenceTaskName: text }, { input: map, output: map }),
  /** The flow goes on at this task; what is open is cancelled. */
  JumpToTask: object({ referenceTaskName: text }, { input: map }),
  /** Worker tasks that wait for their callback are offered now. */
  ResetCallbacks: object({}),
  SetVariables: object({ variables: map }),
  /** Out of every view; the history stays. An archived one can still be read by its id. */
  RemoveWorkflow: object({}, { archive: flag }),
  /** Sent by the engine to itself: a decision that had grown long goes on. */
  ContinueWorkflow: object({}),
  /** What the sandbox made of a script; sent by the lane's runtime. `request`: number of the event that asked, because a task may ask again. */
  RecordEvaluation: object({ taskId: text, request: integer, outcome: evaluationOutcomeShape, sandbox: text }),
  /** Task definitions as they are registered now, by name; a name that nobody registered is missing. */
  RecordTaskDefs: object({ taskId: text, taskDefs: mapOf(map) }),
  /** What the cache holds for a task that had asked; without `output` it holds nothing, or is away. */
  RecordCachedOutput: object({ taskId: text }, { output: map }),
  /** Sent by the lane when the earliest timer of the workflow is due (`due`, epoch milliseconds): fires all whose time has come. */
  FireTimer: object({ due: integer }),
  /** A child workflow ended; sent to the parent by a reaction. */
  RecordChildEnd: object(
    {
      taskId: text,
      childWorkflowId: text,
      status: oneOf('COMPLETED', 'FAILED', 'TIMED_OUT', 'TERMINATED'),
      output: map,
    },
    {
      reason: text,
      /** Which of the child's runs ended; default 0. */
      run: integer,
    },
  ),
  /** A child workflow could not be started (its definition does not exist, for example), or not be retried for its parent. `run`: the one that was asked for, default 0. */
  RecordChildRefusal: object({ taskId: text, reason: text }, { run: integer }),
  /** A child workflow that had ended runs again: its parents go on waiting for it. `chain`: the workflows that were opened, the highest first. */
  RecordChildReopened: object({
    taskId: text,
    childWorkflowId: text,
    run: integer,
    chain: text,
    operation: reopeningShape,
  }),
  /** To the stream of a limit. `limits` are what it allows from now on. */
  RequestPermit: object(
    { ...wishShape, kind: oneOf('task', 'workflow'), name: text, limits: limitsShape },
    { ...wishOptional, key: text },
  ),
  /** To the stream of a limit: the holder is done, or does not want it any more. */
  ReleasePermit: object(permit),
  /** To the workflow that asked: the permit is its own. `limit` is the stream's id. */
  GrantPermit: object({ ...permit, limit: text }),
  /** To the workflow that asked: there may be a permit now, the task can be claimed again. */
  OfferPermit: object({ ...permit, limit: text }),
  /** To the workflow that asked: there is none. */
  RefusePermit: object({ ...permit, limit: text }),
  /** A failure workflow could not be started. */
  RecordFailureWorkflowRefusal: object({ name: text, reason: text }),
} as const;

export const commandShapes = shapes;
export type CommandType = keyof typeof shapes;
export type CommandData<T extends CommandType> = Infer<(typeof shapes)[T]>;

/**
 * A poll that waits for a task: whoever schedules a task of that type may hand it over in the same decision. Without `workerId` no worker waits
 * yet, but the gateway expects one at any moment and keeps the task for it.
 */
export const grantShape = object({ taskType: text, pollId: text }, { workerId: text, domain: text });
export type Grant = Infer<typeof grantShape>;

interface CommandOf<T extends CommandType> {
  readonly type: T;
  readonly version: 1;
  /** Unique; a second command with the id of an applied one changes nothing. */
  readonly id: string;
  readonly workflowId: string;
  readonly data: CommandData<T>;
  /** The sender may send it twice (inbox, reactions): the lane remembers its id. Others are sent once. */
  readonly repeatable?: true;
  /** Polls that the decision used. They stand in the command, so that the decision stays a function of the log. */
  readonly grants?: readonly Grant[];
  /** Polls that the decision may use; where commands are durable before they are decided, nothing can be added to them any more. */
  readonly offers?: readonly Grant[];
}

export type Command = { [T in CommandType]: CommandOf<T> }[CommandType];
export type CommandNamed<T extends CommandType> = CommandOf<T>;

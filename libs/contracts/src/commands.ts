/**
 * Every request that can change a workflow. A command may be refused; what it leads to are events (events.ts).
 * The names are verb + noun; `data` has exactly the shape given here. JSON Schemas of these stand in `schemas/commands/`.
 */
import { flag, type Infer, integer, list, map, mapOf, object, oneOf, text } from './shape.js';

/** Who waits for the end of a child workflow: the SUB_WORKFLOW task of the parent. */
export const parentShape = object({ workflowId: text, taskId: text });
export type Parent = Infer<typeof parentShape>;

/** A worker's log line; `createdTime` in epoch milliseconds. */
export const taskLogShape = object({ log: text, createdTime: integer });

const taskResult = {
  workerId: text,
  reasonForIncompletion: text,
  output: map,
  logs: list(taskLogShape),
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
    },
  ),
  /** A worker takes a ready task; the first claim in the log wins. */
  ClaimTask: object({ taskId: text, workerId: text }),
  /** A worker that got its task from a Kafka topic says that it begins. */
  StartTask: object({ taskId: text, workerId: text }),
  CompleteTask: object({ taskId: text }, taskResult),
  FailTask: object({ taskId: text }, { ...taskResult, terminal: flag }),
  CancelTask: object({ taskId: text }, taskResult),
  /** The worker is not done: a worker task goes back to its queue and is offered again after the delay. */
  ProgressTask: object({ taskId: text }, { ...taskResult, callbackAfterSeconds: integer }),
  ExtendTaskLease: object({ taskId: text }),
  LogTask: object({ taskId: text, log: text }),
  /** Ends the first open WAIT task, or is passed on to an open sub-workflow. */
  SignalWorkflow: object({ status: oneOf('COMPLETED', 'FAILED', 'FAILED_WITH_TERMINAL_ERROR'), output: map }),
  PauseWorkflow: object({}),
  ResumeWorkflow: object({}),
  TerminateWorkflow: object({}, { reason: text }),
  RetryWorkflow: object({}),
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
    { reason: text },
  ),
  /** A child workflow could not be started, for example because its definition does not exist. */
  RecordChildRefusal: object({ taskId: text, reason: text }),
  /** A failure workflow could not be started. */
  RecordFailureWorkflowRefusal: object({ name: text, reason: text }),
} as const;

export const commandShapes = shapes;
export type CommandType = keyof typeof shapes;
export type CommandData<T extends CommandType> = Infer<(typeof shapes)[T]>;

/** A poll that waits for a task: whoever schedules a task of that type may hand it over in the same decision. */
export const grantShape = object({ taskType: text, workerId: text, pollId: text }, { domain: text });
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
}

export type Command = { [T in CommandType]: CommandOf<T> }[CommandType];
export type CommandNamed<T extends CommandType> = CommandOf<T>;

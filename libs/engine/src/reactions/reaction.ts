/** What the outside, or another workflow, must hear of. Every message has an id that is derived from its event, so that the receiver can drop repeats. */
import type { CommandNamed, EventData, JsonObject, Parent } from '@dacapo/contracts';

/** A workflow to be started whose definition is still a name: the lane's runtime looks it up and sends StartWorkflow, or the refusal. */
export interface StartRequest {
  readonly kind: 'start-request';
  readonly id: string;
  readonly workflowId: string;
  readonly name: string;
  readonly version?: number;
  /** An inline definition instead of a registered one. */
  readonly definition?: unknown;
  readonly input: JsonObject;
  readonly correlationId?: string;
  readonly priority?: number;
  readonly taskToDomain?: Readonly<Record<string, string>>;
  readonly parent?: Parent;
  /** Who is told when it cannot be started: the parent's task, or the workflow whose failure workflow it is. */
  readonly requester: string;
}

/** A script for the sandbox; its outcome comes back as RecordEvaluation. */
export interface EvaluationRequest {
  readonly kind: 'evaluation';
  readonly id: string;
  readonly workflowId: string;
  readonly seq: number;
  readonly time: number;
  readonly request: EventData<'EvaluationRequested'>;
}

/** Names whose definitions are looked up; they come back as RecordTaskDefs. */
export interface TaskDefsRequest {
  readonly kind: 'task-defs';
  readonly id: string;
  readonly workflowId: string;
  readonly request: EventData<'TaskDefsRequested'>;
}

/** An output that may be had without the work; the answer comes back as RecordCachedOutput. */
export interface CachedOutputRequest {
  readonly kind: 'cached-output';
  readonly id: string;
  readonly workflowId: string;
  readonly time: number;
  readonly request: EventData<'CachedOutputRequested'>;
}

/** An output that may be reused until then. */
export interface KeepOutput {
  readonly kind: 'keep-output';
  readonly cacheId: string;
  readonly until: number;
  readonly output: JsonObject;
}

/** A wish for a permit of a task; the numbers are those of the task's definition as it is registered now. */
export interface PermitRequest {
  readonly kind: 'permit-request';
  readonly command: CommandNamed<'RequestPermit'>;
}

export type Told =
  | CommandNamed<'RequestPermit'>
  | CommandNamed<'ReleasePermit'>
  | CommandNamed<'GrantPermit'>
  | CommandNamed<'OfferPermit'>
  | CommandNamed<'RefusePermit'>
  | CommandNamed<'RecordChildEnd'>
  | CommandNamed<'RecordChildRefusal'>
  | CommandNamed<'RecordChildReopened'>
  | CommandNamed<'TerminateWorkflow'>
  | CommandNamed<'RetryWorkflow'>
  | CommandNamed<'SignalWorkflow'>
  | CommandNamed<'ContinueWorkflow'>;

export type Reaction =
  | StartRequest
  | EvaluationRequest
  | TaskDefsRequest
  | CachedOutputRequest
  | KeepOutput
  | PermitRequest
  | { readonly kind: 'command'; readonly command: Told };

export function command(told: Told): Reaction {
  return { kind: 'command', command: told };
}

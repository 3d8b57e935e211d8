/** What a worker's author writes and gets. */

/** Conductor's Task as it stands on its topic, as far as a worker needs it. */
export interface WorkerTask {
  readonly taskId: string;
  readonly workflowInstanceId: string;
  readonly taskType: string;
  readonly taskDefName: string;
  readonly referenceTaskName: string;
  readonly retryCount: number;
  readonly responseTimeoutSeconds: number;
  readonly inputData: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** The part of the Standard Schema interface (zod, valibot, arktype and others have it) that is needed to check an input. */
export interface InputSchema<Input> {
  readonly '~standard': {
    readonly validate: (value: unknown) => Validated<Input> | Promise<Validated<Input>>;
  };
}

type Validated<Input> =
  | { readonly value: Input; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

export type Output = Readonly<Record<string, unknown>>;

export interface KafkaTask<Input = Readonly<Record<string, unknown>>> {
  /** The task's name: that of its definition, for a SIMPLE task. */
  readonly name: string;
  readonly domain?: string;
  /** An input that it refuses ends the task as FAILED_WITH_TERMINAL_ERROR, before `run`. */
  readonly input?: InputSchema<Input>;
  /**
   * Resolves with the output. What it throws fails the task, which is then retried as its definition says; `TerminalError` fails it for good.
   * The same task may come twice (after a crash, or when its partition moved): outside effects need `context.idempotencyKey`.
   */
  readonly run: (input: Input, context: TaskContext) => Output | void | CallBack | Promise<Output | void | CallBack>;
}

export interface TaskContext {
  readonly task: WorkerTask;
  readonly taskId: string;
  readonly workflowId: string;
  /** 0 for the first. */
  readonly attempt: number;
  /** The same for every attempt of the task in its workflow. */
  readonly idempotencyKey: string;
  /** Aborted when the work is of no use any more: the worker stops, or the task went to another one. */
  readonly signal: AbortSignal;
  /** A line of the task's log; lines go out with the result. */
  readonly log: (line: string) => void;
}

/** A failure that no retry mends. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** Not done yet: the task comes again after so many seconds, with this output so far. */
export class CallBack {
  constructor(
    readonly afterSeconds: number,
    readonly output: Output = {},
  ) {}
}

export function callbackAfter(seconds: number, output: Output = {}): CallBack {
  return new CallBack(seconds, output);
}

/** Gives `run` the type of its schema's values. */
export function kafkaTask<Input = Readonly<Record<string, unknown>>>(task: KafkaTask<Input>): KafkaTask {
  return task as unknown as KafkaTask;
}

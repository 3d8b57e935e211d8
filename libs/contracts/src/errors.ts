/**
 * All error codes as data. `kind` says whose matter it is; the edge (libs/api) turns it into a status.
 * `ignored`: accepted without effect, as Conductor does; `rejected`: the state does not allow it; `missing`: no such thing; `invalid`: bad input; `unavailable`: try again; `unsupported`: not with these settings; `defect`: ours.
 */
export const errorCodes = {
  WORKFLOW_NOT_FOUND: { kind: 'missing', retryable: false },
  WORKFLOW_ALREADY_EXISTS: { kind: 'rejected', retryable: false },
  WORKFLOW_ENDED: { kind: 'rejected', retryable: false },
  WORKFLOW_NOT_ENDED: { kind: 'missing', retryable: false },
  WORKFLOW_OPEN: { kind: 'rejected', retryable: false },
  WORKFLOW_NOT_RUNNING: { kind: 'rejected', retryable: false },
  WORKFLOW_NOT_RESTARTABLE: { kind: 'rejected', retryable: false },
  WORKFLOW_NOT_ARCHIVABLE: { kind: 'invalid', retryable: false },
  WORKFLOW_NOT_PAUSED: { kind: 'rejected', retryable: false },
  WORKFLOW_COMPLETED: { kind: 'rejected', retryable: false },
  WORKFLOW_NOT_STARTED: { kind: 'rejected', retryable: false },
  WORKFLOW_QUARANTINED: { kind: 'rejected', retryable: false },
  NOTHING_TO_RETRY: { kind: 'rejected', retryable: false },
  NOTHING_TO_SIGNAL: { kind: 'missing', retryable: false },
  TASK_NOT_FOUND: { kind: 'missing', retryable: false },
  TASK_NOT_DEFINED: { kind: 'missing', retryable: false },
  TASK_PROCESSED: { kind: 'rejected', retryable: false },
  TASK_UNREACHABLE: { kind: 'rejected', retryable: false },
  TASK_ENDED: { kind: 'ignored', retryable: false },
  TASK_NOT_READY: { kind: 'rejected', retryable: false },
  PERMIT_REFUSED: { kind: 'rejected', retryable: false },
  LIMIT_NOT_FOUND: { kind: 'missing', retryable: false },
  TIMER_NOT_DUE: { kind: 'rejected', retryable: false },
  NOTHING_TO_DO: { kind: 'ignored', retryable: false },
  COMMAND_DUPLICATE: { kind: 'ignored', retryable: false },
  COMMAND_UNREADABLE: { kind: 'invalid', retryable: false },
  DEFINITION_NOT_FOUND: { kind: 'missing', retryable: false },
  DEFINITION_EXISTS: { kind: 'rejected', retryable: false },
  DEFINITION_INVALID: { kind: 'invalid', retryable: false },
  /** Input of a workflow that its own schema refuses; the message says where. */
  SCHEMA_VIOLATED: { kind: 'invalid', retryable: false },
  SECRET_NOT_FOUND: { kind: 'missing', retryable: false },
  /** This installation cannot keep secrets, or keeps them elsewhere. */
  SECRETS_READ_ONLY: { kind: 'unsupported', retryable: false },
  PAYLOAD_TOO_LARGE: { kind: 'invalid', retryable: false },
  REQUEST_INVALID: { kind: 'invalid', retryable: false },
  JOURNAL_UNAVAILABLE: { kind: 'unavailable', retryable: true },
  STORE_UNAVAILABLE: { kind: 'unavailable', retryable: true },
  ANSWER_LATE: { kind: 'unavailable', retryable: true },
  INVARIANT_BROKEN: { kind: 'defect', retryable: false },
} as const;

export type ErrorCode = keyof typeof errorCodes;
export type ErrorKind = (typeof errorCodes)[ErrorCode]['kind'];

const mark = Symbol.for('dacapo.error');

/** The one exception class of the project. Refusals of the domain are returned, not thrown; this is for the rest. */
export class DaCapoError extends Error {
  readonly [mark] = true;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'DaCapoError';
  }

  get kind(): ErrorKind {
    return errorCodes[this.code].kind;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

/** By a symbol and not by class identity, because two copies of this file may meet. */
export function isDaCapoError(value: unknown): value is DaCapoError {
  return typeof value === 'object' && value !== null && mark in value;
}

/** Asserts what must hold (the ids stand in ARCHITECTURE.md). A violation is a defect of ours, never bad input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new DaCapoError('INVARIANT_BROKEN', message);
}

/** Bad input, with Conductor's `validationErrors` when it is a matter of single fields. */
import { DaCapoError, type ErrorCode } from '@dacapo/contracts';
import type { Violation } from '@dacapo/definitions';

export const validationMessage = 'Validation failed, check below errors for detail.';

export class InvalidRequest extends DaCapoError {
  constructor(
    message: string,
    readonly violations: readonly Violation[] = [],
    code: ErrorCode = 'REQUEST_INVALID',
  ) {
    super(code, message);
  }
}

export function invalid(message: string): InvalidRequest {
  return new InvalidRequest(message);
}

/** The violations of a model, under Conductor's one message for all of them. */
export function violated(violations: readonly Violation[], code: ErrorCode = 'REQUEST_INVALID'): InvalidRequest {
  return new InvalidRequest(validationMessage, violations, code);
}

/** A single violated argument of a call. */
export function violatedArgument(path: string, message: string): InvalidRequest {
  return violated([{ path, message }]);
}

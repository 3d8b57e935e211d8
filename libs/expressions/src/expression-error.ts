/** Why an expression was refused. Data errors are not among them: a missing or invalid path yields null. */
export type ExpressionErrorCode = 'EXPRESSION_TOO_DEEP' | 'EXPRESSION_TOO_LARGE' | 'EXPRESSION_TOO_EXPENSIVE';

/** The only thing that compiling or evaluating a template throws: a limit of `limits.ts` was passed. */
export class ExpressionError extends Error {
  constructor(
    readonly code: ExpressionErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ExpressionError';
  }
}

/** The one place where error kinds become HTTP statuses. The bodies are Conductor's (contract 1.1.2, 1.1.3). */
import type { ErrorKind } from '@dacapo/contracts';

/**
 * Conductor answers 500 for a state that does not allow a request (WORKFLOW_NOT_PAUSED, for example) and for bad input that it did not
 * foresee. Here 500 means a defect of ours and nothing else.
 */
export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  missing: 404,
  rejected: 409,
  invalid: 400,
  unavailable: 503,
  /** Accepted without effect, as Conductor does. */
  ignored: 200,
  unsupported: 501,
  defect: 500,
};

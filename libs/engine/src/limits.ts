/** Every bound of the engine, used where it is enforced. */
export const limits = {
  /** Workflow variables in all (contract 5.19). */
  variablesBytes: 256 * 1024,
  /** `reasonForIncompletion` of a worker's result is cut here, as Conductor does. */
  reasonCharacters: 500,
  /** Log lines kept of one task update (contract 5.6). */
  logsPerUpdate: 10,
  /** A worker's callback is clamped to what fits Conductor's field. */
  callbackSeconds: 2_147_483_647,
} as const;

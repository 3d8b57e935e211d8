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
  /** A decision that has led to so many events, or taken so many steps, goes on in another: nobody else waits for its end. */
  eventsPerDecision: 200,
  stepsPerDecision: 2000,
  /** Steps taken up at once of those that were put off. */
  stepsTakenUp: 200,
  /** Highest priority of a workflow. */
  priority: 99,
  /** Metered units that the sandbox may spend: on a condition, and on INLINE or LAMBDA. */
  conditionFuel: 10_000_000,
  scriptFuel: 50_000_000,
} as const;

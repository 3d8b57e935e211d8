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
  eventsPerDecision: 64,
  stepsPerDecision: 2000,
  charactersPerDecision: 1_000_000,
  /** Steps taken up at once of those that were put off. */
  stepsTakenUp: 200,
  /** Turns of one DO_WHILE, and how many of them are kept when no `keepLastN` drops them: a loop must end before memory does. */
  loopTurns: 1_000_000,
  loopTurnsKept: 100_000,
  /** Length of the list that a loop goes through: refused at its beginning, not after half of the work. */
  loopItems: 100_000,
  /** Task ids in one event. */
  taskIdsPerEvent: 1000,
  /** How long room under a limit is kept for a task that it was offered to, milliseconds. */
  offerMs: 1000,
  /** Permits that one decision of a limit grants or offers to those who wait. */
  permitsPerDecision: 100,
  /** Highest priority of a workflow. */
  priority: 99,
  /** Metered units that the sandbox may spend: on a condition, and on INLINE or LAMBDA. */
  conditionFuel: 10_000_000,
  scriptFuel: 50_000_000,
  /** Branches of one dynamic fork; more end the workflow with that reason. */
  forkedTasks: 10_000,
  /** Reference names of all of them: the JOIN behind the fork carries them in one event. */
  forkedReferenceCharacters: 500_000,
  /** The list of a dynamic fork's tasks, and of names to look up, is cut into events of about this size. */
  listCharacters: 100_000,
  /** Definitions that are asked for at once: their answer is one event. */
  taskDefsPerRequest: 200,
  /** Values quoted in a reason are cut here. */
  quotedCharacters: 500,
  /** A longer key of a task's cache is none: the task is done. */
  cacheKeyCharacters: 10_000,
  /** A JOIN whose script is asked at every end of a branch takes no more branches. */
  scriptedJoinTasks: 200,
  /** Workflows above each other, each the child of the one before. */
  parents: 1000,
  /**
   * How long the server's own executor may keep a task that it has claimed before the task is offered again. It says with ExtendTaskLease
   * that it is still at it.
   */
  builtInLeaseSeconds: 60,
  /** How long a gateway may keep a task for a worker that is about to ask: then the gateway is gone, and the task is offered again. */
  keptLeaseSeconds: 10,
  /** When a task of the server that is not done, and did not say when, is looked at again: Conductor's `systemTaskWorkerCallbackDuration`. */
  builtInCallbackSeconds: 30,
  /** With more open tasks than this, those inside of a TRY are looked up by its definition instead of being searched for. */
  openTasksSearched: 64,
} as const;

/** Every bound of the runtime, used where it is enforced. */
export const limits = {
  /** Commands decided before one append. */
  laneBatch: 500,
  /** States kept in memory per lane beyond what is being worked on. */
  laneStates: 20_000,
  /** Events up to which a history is folded from an indexed log instead of being kept as a snapshot too. */
  shortHistory: 16,
  /** Ended workflows kept in memory per lane: what comes late is refused without a look in the log. */
  laneEnded: 1_000,
  /** How long a command may wait for the definition it names: on Kafka it may overtake it. */
  definitionWaitMs: 8_000,
  /** A timer that the log's clock called early is tried again after this. */
  timerSkewMs: 20,
  /** Timers read from the snapshots at one look. */
  dueTimers: 100_000,
  /** Pause before something that failed is tried again. */
  retryMs: 1_000,
  /** How long a lane waits for the last checkpoint of an owner that may be at work still, and how often it looks. */
  handOverMs: 1_500,
  handOverLookMs: 25,
  /** Time between checkpoints of a lane. */
  checkpointMs: 2_000,
  /** A request that has no answer by then is answered "unknown, try again". */
  answerMs: 10_000,
  /** Longest poll, as Conductor (contract 1.2.3). */
  pollMs: 5_000,
  /** Tasks that one poll may take. */
  pollCount: 1_000,
  /** How long a poll outlives its time for a task that a decision has promised it. */
  promiseMs: 5_000,
  /** How long a poll stays promised to a command whose decision is not seen; later its task goes back, so that a lease counts from the delivery. */
  offerMs: 1_000,
  /** Tasks whose place in their workflow is remembered until their result comes. */
  offeredTasks: 20_000,
  /**
   * Tasks of one type that a gateway keeps for workers that are about to ask: at most as many as they have asked for in about so long; how long
   * it keeps one, and for how long it keeps none after one had to go back.
   */
  keptTasks: 200,
  keptAskedMs: 250,
  keptMs: 200,
  keptPauseMs: 5_000,
  keptLookMs: 50,
  /** A worker that has a task for so long is named in the log. */
  deliveredMs: 1_000,
  /** A domain is polled when the last poll is not longer ago (contract 5.15, `activeWorkerLastPollTimeout`). */
  activeDomainMs: 10_000,
  /** A secret with fewer characters is not looked for in what workers send: it would be met by chance. */
  secretCharacters: 8,
  /** Workers whose last poll is remembered. */
  pollData: 10_000,
  /** Events kept in memory until the read model has them. */
  recentEvents: 500_000,
  /** How often a gateway asks how far the read model is. */
  projectionLookMs: 1_000,
  /** Least time between two writes of a partition's read model: coalesced, a document is written once instead of at each of its events. */
  projectionGatherMs: 100,
  /** Events that go into one write of the read model, about. */
  projectionEvents: 500,
  /** Longest wait for an output to reuse, milliseconds. */
  cachedOutputMs: 200,
  /** Longer outputs are not kept for others, and no more than so many. */
  cachedOutputCharacters: 65_536,
  cachedOutputs: 50_000,
  /** Outputs that are being written; while the store is slow, others are not kept. */
  outputsOnTheWay: 200,
  /** Outputs written before the next look for those that are over. */
  outputsBetweenPrunes: 1_000,
  /** Documents that the projection keeps at hand. */
  projectionDocuments: 50_000,
} as const;

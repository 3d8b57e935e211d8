/** Every bound of the built-in tasks, used where it is enforced. Times in milliseconds. */
export const limits = {
  /** Tasks of one type that run at the same time in this process. */
  tasksPerType: 50,
  /** Polls of one type that wait: as many tasks can be handed over in one moment; a poll that got one is replaced at once. */
  parkedPolls: 8,
  /** How long a poll waits before it is parked anew (contract 1.2.3). */
  pollMs: 5_000,
  /** A task of any type: whoever still runs then is stopped. */
  taskMs: 120_000,
  /** The lease of a claim, 60 s by the engine's limits, begins anew so often: two renewals may be lost. */
  leaseRenewalMs: 20_000,
  /** After the stop of the process tasks may run on for so long, then they go back to their queues. */
  drainMs: 10_000,
  /** Pause before something that failed is tried again. */
  retryMs: 1_000,
  /** From the first byte to the last, redirects and all. */
  httpMs: 60_000,
  /** `connectionTimeOut` and `readTimeOut` when the task gives none (contract 6.16). */
  httpConnectMs: 3_000,
  httpReadMs: 3_000,
  /** The body of an answer, after decompression. */
  httpBodyBytes: 10 * 1024 * 1024,
  httpHeaders: 100,
  /** All header lines of an answer together, as Node's parser counts them. */
  httpHeaderBytes: 64 * 1024,
  httpRedirects: 5,
  uriCharacters: 16_000,
  /** What a reason shows of an answer's body. */
  quotedCharacters: 2_000,
  /** Nesting of JSON in an answer; deeper bodies stay text. The same bound as for bodies that come in. */
  jsonDepth: 90,
  /** Seconds between two rounds of HTTP_POLL, at most: a month. */
  pollingSeconds: 31 * 24 * 60 * 60,
  /** The body that a round of HTTP_POLL leaves in the history when it was not the last one: every round stays there for ever. */
  roundBytes: 16 * 1024,
  /** Units of metered work for a condition (security.md, section 5). */
  conditionFuel: 10_000_000,
  /** Producers kept, and how long an unused one is (contract 6.20). */
  kafkaProducers: 10,
  kafkaIdleMs: 120_000,
  /** A publication in all: `requestTimeoutMs` + `maxBlockMs`, within these two. A new connection must fit in. */
  kafkaMinMs: 5_000,
  kafkaMaxMs: 60_000,
  /** Kafka's bound on a topic's name. */
  topicCharacters: 249,
  /** A definition that is not there is looked for once more after so many seconds. */
  definitionSettleSeconds: 1,
  /** A start that met a server that was away is tried again after so many seconds. */
  startRetrySeconds: 5,
} as const;

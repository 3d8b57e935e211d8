/** Every bound of this journal. */
export const limits = {
  /** A row's key is partition * 2^40 + offset, and stays below 2^53. */
  partitionsMax: 4_096,
  offsetsPerPartition: 2 ** 40,
  /** Commands that wait in one partition before `send` refuses more. */
  commandsWaitingMax: 200_000,
  /** One answer of the reader: short, so that parsing it does not hold up the main thread, and no read transaction is long. */
  readRowsMax: 500,
  readCharactersMax: 1_000_000,
  /** What waits in memory for a slow follower; beyond it the follower reads the file when it is ready. */
  followerEventsMax: 10_000,
  followerCharactersMax: 16_000_000,
  /** A change stands in the witness file after this time at the latest. */
  witnessDelayMs: 1_000,
} as const;

/** Every bound of this adapter, in one place. Times in milliseconds. */
export const limits = {
  /** A connection that is not made by then is not made. */
  connectionTimeoutMs: 2_000,
  /** An answer that has not come by then is an unknown outcome. */
  requestTimeoutMs: 3_000,
  /** So long after the broker went away requests still wait for it; later ones are refused at once until it is back. */
  outageGraceMs: 4_000,
  /** Pause between two attempts to reach a broker that is away: doubled each time, between these two. */
  backoffMinMs: 50,
  backoffMaxMs: 1_000,
  /** How long the broker may hold a fetch when there is nothing: also how late a new reader may be taken in. */
  fetchWaitMs: 100,
  /** A partition's share of one fetch, and the whole of it. */
  fetchPartitionBytes: 1_048_576,
  fetchBytes: 8_388_608,
  /** A reader with so much in its hands gets no more until it has worked on it. */
  readerBufferBytes: 4_194_304,
  /** A Produce request is cut here, unless a single decision is bigger. */
  batchBytes: 1_000_000,
  batchRecords: 2_000,
  /** What may wait in the process for a Produce request; more is refused. */
  waitingBytes: 67_108_864,
  /** `max.message.bytes` of the topics that we create: a decision is one record batch, and a wide fan-out is one decision. */
  messageBytes: 16_777_216,
  /** Kafka's own framing of a record and of a batch, generously. */
  recordOverheadBytes: 64,
  batchOverheadBytes: 128,
  /** What a claim keeps of the tail in memory; a longer tail is read twice. */
  tailBufferBytes: 33_554_432,
  /** A member of a group that says nothing for so long is gone; brokers take no less by default. */
  groupSessionMs: 6_000,
  /** How soon a member hears that the group has changed. */
  groupHeartbeatMs: 300,
  groupRebalanceMs: 5_000,
  groupRetry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2 },
  /** `history` looks for commands that lie closer together than this in one sweep. */
  historyGapRecords: 500,
} as const;

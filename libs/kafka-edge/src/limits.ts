/** Every bound of this edge, used where it is enforced. Times in milliseconds. */
export const limits = {
  /** An id in a record of `inbox`. */
  idCharacters: 255,
  /** A worker's name in a record of `inbox`. */
  nameCharacters: 1_000,
  /** So old must a start be before "no such definition" is believed: another gateway may have registered it a moment ago. */
  definitionSettleMs: 1_000,
  definitionLookMs: 50,
  /** What a dead letter keeps of the bytes that could not be processed; base64 must fit into a record of 1 MB. */
  deadLetterBytes: 500_000,
  /** A record of a task topic, below Kafka's default `max.message.bytes`. */
  taskBytes: 1_000_000,
  /** One Produce request: all its records may go to one partition, so they must fit into one batch. */
  publishBytes: 900_000,
  publishRecords: 500,
  /** Pause between two attempts to reach a broker or a store that is away: doubled each time, between these two. */
  backoffMinMs: 100,
  backoffMaxMs: 1_000,
  /** Something that is away for less than this is not logged. */
  quietMs: 1_000,
  /** A reader's position is written at most this late after what follows from it was acknowledged. */
  checkpointMs: 1_000,
  /** Open tasks whose document the dispatcher keeps at hand; others are read from the store. */
  openTasks: 50_000,
  /** Ready tasks held back while the dispatcher reads what it has missed. */
  heldTasks: 10_000,
  /** Partitions of a task topic that is made because there is none. */
  taskTopicPartitions: 3,
  /** How long a broker may hold a fetch when there is nothing. */
  fetchWaitMs: 100,
  /** A killed member of a group keeps its partitions for so long; brokers allow no less by default. */
  sessionMs: 6_000,
  heartbeatMs: 1_500,
} as const;

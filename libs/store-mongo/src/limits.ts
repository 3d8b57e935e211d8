/** Every bound of this adapter, in one place. Times in milliseconds. */
export const limits = {
  /** No server by then: the call is refused, and the caller tries again. */
  serverSelectionMs: 3_000,
  connectionMs: 3_000,
  /** A server that accepts and says nothing. */
  socketMs: 20_000,
  /** Pause between two attempts to reach a server that is away at start: doubled each time, between these two. */
  backoffMinMs: 100,
  backoffMaxMs: 2_000,
  connections: 10,
  /** How long the mark of a removed snapshot stays: nobody writes on after having been taken for dead for so long. */
  marksMs: 3_600_000,
  sweepMs: 60_000,
  /** Ids in one `$in`: the test server is quadratic in it (50: 13,000 documents/s, 1,000: 1,700), others do not mind. */
  idsPerQuery: 100,
  /** Documents in one bulk; the test server writes 500 to 4,000 a second. */
  documentsPerBulk: 500,
  /** Ids that a writer remembers as stored. */
  knownIds: 100_000,
  /** Documents that the driver takes from the server at a time. */
  documentsPerRead: 1_000,
} as const;

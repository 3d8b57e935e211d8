/** Every bound of the edge, used where it is enforced. */
export const limits = {
  /** A request body, after decompression. */
  bodyBytes: 10 * 1024 * 1024,
  /** Nesting of JSON: found by a byte scan before parsing, because what recurses over deeper values overflows the stack later. */
  bodyDepth: 90,
  /** Violations told of one request body. */
  violations: 100,
  /** A quoted value inside a message. */
  quotedCharacters: 255,
  /** A name in a path or query that becomes part of a key: task type, domain, worker, correlation id. */
  nameCharacters: 1_000,
  /** A worker's domain. */
  domainCharacters: 255,
  /** An id in a path. */
  idCharacters: 255,
  /** Longest path parameter that reaches a handler; longer ones are answered before. */
  parameterCharacters: 4_096,
  /** A query of `GET /search`. */
  queryCharacters: 20_000,
  /** Values in the conditions of one query. */
  queryValues: 1_000,
  /** Rows of one search (contract 1.2.1). */
  searchSize: 5_000,
  /** How long a start is answered later for operators that take more than one decision, milliseconds. */
  settlingMs: 200,
  /** Workflows of one bulk request (contract 1.2.2). */
  bulkIds: 1_000,
  /** Workflows that one idempotency key may start one after the other (FAIL_ON_RUNNING). */
  idempotencyRounds: 1_000,
  /** How long a start that is not to wait waits for the verdict of its limit, milliseconds, and how often it looks. */
  verdictMs: 1_000,
  verdictLookMs: 5,
  /** Longest wait of a batch poll, milliseconds (contract 1.2.3). */
  pollMs: 5_000,
  /** How long a single poll waits, milliseconds (contract 1.2.3). */
  singlePollMs: 100,
  /** How long a task rests whose secrets could not be read, as Conductor's postponed ones (contract 5.6). */
  handOutPauseSeconds: 60,
  /** A secret's or an environment value's text, and its name. */
  valueCharacters: 65_535,
  /** Events of a history page. */
  historyPage: 5_000,
  /** A log line of a task. */
  logCharacters: 100_000,
  /** `reasonForIncompletion` in a view (contract 3.8). */
  reasonCharacters: 500,
  /** Definitions whose JSON text is kept at hand. */
  definitionTexts: 1_000,
  /** Definitions in one request. */
  definitionsPerRequest: 1_000,
} as const;

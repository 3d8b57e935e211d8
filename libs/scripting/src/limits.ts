/** Every bound of scripts and jq queries, used where it is enforced. */
export const limits = {
  /** Threads that run scripts beside the lanes. */
  scriptThreads: 2,
  /** Scripts or queries that wait for a thread before more are refused. */
  waitingMax: 10_000,
  /** Characters of their sources and inputs together, before more are refused. */
  waitingCharactersMax: 128 * 1_048_576,
  /** The last wall behind the fuel: a script that takes longer ends with its thread, milliseconds. */
  scriptDeadlineMs: 5_000,
  /** Host stack of a thread, MB. A default thread (4 MB) overflows before QuickJS's own check does, which would not repeat. */
  threadStackMb: 16,
  /** QuickJS's own stack, bytes. */
  scriptStackBytes: 256 * 1024,
  /** All that a script may use, in pages of 64 KiB: 64 MiB, of which 5 are QuickJS's stack. An input of 5 MB needs 30. */
  scriptMemoryPages: 1024,
  /** What it starts with: 6 MiB. A script that needs more costs a new instance. */
  scriptMemoryPagesFirst: 96,
  /** The source of a script, bytes of UTF-8. */
  sourceBytes: 1_048_576,
  /** The input of a script or a query as JSON, bytes of UTF-8. */
  inputBytes: 5 * 1_048_576,
  /** The result of a script as JSON, bytes of UTF-8. */
  resultBytes: 1_048_576,
  /** Nesting of a result: what the border accepts from workers. */
  resultDepth: 90,
  /** Characters of a script's or a query's own error text that are kept. */
  errorCharacters: 2_000,
  /** A thread that has not started by then is given up, milliseconds. */
  startMs: 10_000,

  /** jq has no fuel: its thread ends after this time, milliseconds. */
  jqDeadlineMs: 1_000,
  jqQueryBytes: 65_536,
  /** jq's own stack, bytes. jq stops at a nesting of 10,000, which needs 7 MB. */
  jqStackBytes: 16 * 1_048_576,
  /** All results of a query as JSON, bytes of UTF-8. */
  jqResultBytes: 5 * 1_048_576,
  /** jq's memory in pages of 64 KiB: 256 MiB. */
  jqMemoryPages: 4_096,
  /** A thread whose jq has grown beyond this is replaced, because its memory never shrinks, bytes. */
  jqMemoryKeptBytes: 64 * 1_048_576,
} as const;

/** Every bound of this adapter. Times in milliseconds. */
export const limits = {
  /** An answer that has not come by then does not come: the client itself would wait for ever. */
  requestMs: 3_000,
  /** Schemas that are registered side by side. */
  sideBySide: 4,
  /** Pause between two attempts to reach a registry that is away: doubled each time, between these two. */
  backoffMinMs: 100,
  backoffMaxMs: 2_000,
  /** Of an answer's text in a message. */
  answerCharacters: 300,
} as const;

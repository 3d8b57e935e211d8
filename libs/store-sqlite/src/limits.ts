/** Every bound of this store. */
export const limits = {
  /** Documents in one answer of the reader, where a question may find very many. */
  pageRows: 1_000,
} as const;

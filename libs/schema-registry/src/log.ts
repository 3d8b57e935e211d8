/** Where this adapter says what an operator should know. Pino and console fit. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

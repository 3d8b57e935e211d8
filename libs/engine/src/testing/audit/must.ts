/** Throws unless it is so. `details` are shown as JSON, a line each. */
export function must(condition: unknown, message: string, ...details: readonly unknown[]): asserts condition {
  if (!condition) throw new Error([message, ...details.map((it) => JSON.stringify(it))].join('\n'));
}

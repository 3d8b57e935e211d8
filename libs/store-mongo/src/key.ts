/**
 * Ids and texts as BSON can hold them. It stores UTF-8, in which every lone surrogate becomes the same replacement
 * character: two ids would become one. JSON escapes them, and those that begin like an escaped one.
 */
export function keyOf(text: string): string {
  return text.isWellFormed() && !text.startsWith('"') ? text : JSON.stringify(text);
}

export function optionalKeyOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : keyOf(text);
}

/** A place in a partitioned log, written `partition:offset`. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
}

export function formatPosition(partition: number, offset: number): string {
  return `${partition}:${offset}`;
}

/** Reads `partition:offset`; undefined when it is none. */
export function parsePosition(text: string): Position | undefined {
  const match = /^(\d{1,9}):(\d{1,15})$/.exec(text);
  return match ? { partition: Number(match[1]), offset: Number(match[2]) } : undefined;
}

/**
 * The partition of a workflow: FNV-1a over the UTF-16 code units, so that every process, language and year agrees.
 * Never change it: it is the key of a log that is kept for ever.
 */
export function partitionOf(workflowId: string, partitionCount: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < workflowId.length; i++) hash = Math.imul(hash ^ workflowId.charCodeAt(i), 0x01000193);
  // FNV's low bits mix poorly for texts that differ in one place: fold the high ones in.
  hash ^= hash >>> 15;
  return (hash >>> 0) % partitionCount;
}

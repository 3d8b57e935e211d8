import { limits } from './limits.js';

/** The key of a decision: partition and offset in one integer, so that the table is in the order of the log. */
export function rowKey(partition: number, offset: number): number {
  return partition * limits.offsetsPerPartition + offset;
}

export function offsetOf(key: number): number {
  return key % limits.offsetsPerPartition;
}

import type { Command } from '@dacapo/contracts';
import type { EventBatch, StoredEvent } from '@dacapo/ports';

/** One decision, or a claim (then without a command). */
export interface Row {
  readonly offset: number;
  readonly command?: Command;
  readonly events: readonly StoredEvent[];
}

const batchRowsMax = 1_000;

/** The rows of all partitions. It outlives the journals that are opened on it: so a test restarts a journal. */
export class MemoryLog {
  private readonly partitions: Row[][];
  readonly epochs: number[];

  constructor(readonly partitionCount: number) {
    this.partitions = Array.from({ length: partitionCount }, () => []);
    this.epochs = this.partitions.map(() => 0);
  }

  rows(partition: number): readonly Row[] {
    return this.partitions[partition] ?? [];
  }

  end(partition: number): number {
    return (this.rows(partition).at(-1)?.offset ?? -1) + 1;
  }

  push(partition: number, row: Row): void {
    this.partitions[partition]?.push(row);
  }

  /** The rows from an offset on, in one batch; undefined when there is none. */
  batch(partition: number, from: number, to: number): EventBatch | undefined {
    const rows = this.rows(partition);
    const start = firstAt(rows, from);
    const found = rows.slice(start, Math.min(start + batchRowsMax, firstAt(rows, to)));
    const last = found.at(-1);
    return last && { partition, events: found.flatMap((row) => row.events), nextOffset: last.offset + 1 };
  }
}

/** The place of the first row at or behind the offset. */
function firstAt(rows: readonly Row[], offset: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.offset ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

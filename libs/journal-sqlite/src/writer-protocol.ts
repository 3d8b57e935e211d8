/** What the main thread and the writer's thread say to one another. Types only: the worker may not import values. */

export interface WriterData {
  readonly file: string;
  readonly partitionCount: number;
  readonly offsetsPerPartition: number;
  readonly crashAt: CrashAt | undefined;
}

/** The worker kills the process when it reaches the point for the `count`-th time (1 = the first). */
export interface CrashAt {
  readonly name: string;
  readonly count: number;
}

/** One transaction. Flat, because cloning one array of primitives is cheaper than many objects. */
export interface CommitRequest {
  readonly kind: 'commit';
  /** Five values a row: key, workflow, time, command, events. */
  readonly rows: readonly (number | string | null)[];
  /** Three values a row: id, key, value. */
  readonly definitions: readonly (number | string | null)[];
}

export type WriterRequest = CommitRequest | { readonly kind: 'close' };

export interface StoredPartition {
  readonly end: number;
  readonly epoch: number;
  /** The last event of the last row; null when there is none. */
  readonly lastEvent: string | null;
}

export type WriterAnswer =
  | { readonly kind: 'ready'; readonly partitions: readonly StoredPartition[]; readonly definitionEnd: number }
  | { readonly kind: 'stored' }
  | { readonly kind: 'failed'; readonly message: string };

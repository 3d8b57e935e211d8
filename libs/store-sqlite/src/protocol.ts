/** What the main thread and the store's two threads say to one another. Types only: the workers may not import values. */

export type Cell = string | number | null;

export type WriteTarget =
  'workflows' | 'tasks' | 'checkpoints' | 'snapshots' | 'lanes' | 'forgotten' | 'outputs' | 'pruned';

/** Rows one after the other, flat: cloning one array of primitives is cheaper than many objects. */
export interface WriteStep {
  readonly target: WriteTarget;
  readonly cells: readonly Cell[];
}

/** One transaction. */
export interface WriteRequest {
  readonly id: number;
  readonly steps: readonly WriteStep[];
}

/** A statement and one or more sets of parameters; the answer has the rows of all, in order. */
export interface ReadRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly (readonly Cell[])[];
}

export type Row = readonly Cell[];

export type Answer =
  { readonly id: number; readonly rows: readonly Row[] } | { readonly id: number; readonly failure: string };

/** Where a lane stands. With it and the events behind it, the lane's memory can be rebuilt. */
export interface LaneCheckpoint {
  /** Next event to fold. */
  readonly eventOffset: number;
  /** Next command to decide. */
  readonly commandOffset: number;
  readonly epoch: number;
  /** Log time of the partition, epoch milliseconds. */
  readonly time: number;
  /** The last event before `eventOffset`: if the log has another one there, it was truncated or replaced. */
  readonly last?: { readonly offset: number; readonly hash: string };
  /** Commands that may be repeated and were applied: id and log time. */
  readonly commandIds: readonly (readonly [id: string, time: number])[];
  /** Who still works on the partition; absent when it has been let go. */
  readonly heldBy?: string;
}

/** The state of an open workflow after its event `seq`, as JSON. `due`: its earliest timer, epoch milliseconds. */
export interface Snapshot {
  readonly workflowId: string;
  readonly seq: number;
  readonly state: string;
  readonly due?: number;
}

/** A workflow that needs no snapshot any more. Its last `seq`, when it is known: an owner that was taken for dead may still be writing an older one. */
export interface RemovedSnapshot {
  readonly workflowId: string;
  readonly seq?: number;
}

/** A cache: deleting it costs time, not data. */
export interface SnapshotStore {
  checkpoint(partition: number): Promise<LaneCheckpoint | undefined>;
  load(workflowIds: readonly string[]): Promise<ReadonlyMap<string, Snapshot>>;
  /**
   * Writes the changed snapshots, forgets the removed ones, and writes the checkpoint last: whatever is lost in between, the tail behind the
   * checkpoint that is stored mends. A snapshot with a lower `seq` than the stored or the removed one is ignored, and so is the checkpoint of
   * an older epoch: where several processes write, the writer may have lost the partition long ago.
   */
  save(
    partition: number,
    checkpoint: LaneCheckpoint,
    changed: readonly Snapshot[],
    removed: readonly RemovedSnapshot[],
  ): Promise<void>;
  /** Workflows of the partition with a timer due before the time, earliest first. */
  due(partition: number, beforeTime: number, limit: number): Promise<readonly { workflowId: string; due: number }[]>;
  close(): Promise<void>;
}

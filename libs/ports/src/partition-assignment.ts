/** Which partitions a process is to own. A hint: who owns one is decided by the claim in the log. */
export interface PartitionAssignment {
  /** Calls back with all of the process's partitions, now or as soon as they are known, and again whenever they change. */
  start(onAssigned: (partitions: readonly number[]) => void): Promise<void>;
  /** Resolves when the last word is known to be of now: whoever lost a partition to somebody asks before taking it back. */
  confirmed(): Promise<void>;
  close(): Promise<void>;
}

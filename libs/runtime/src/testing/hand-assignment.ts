/** Partitions as a test assigns them. Each word counts as of now, until the test says that the group cannot be asked. */
import type { PartitionAssignment } from '@dacapo/ports';

export class HandAssignment implements PartitionAssignment {
  private tell: (partitions: readonly number[]) => void = () => undefined;
  private waiting: (() => void)[] = [];
  isAway = false;
  isClosed = false;

  constructor(private partitions: readonly number[]) {}

  async start(onAssigned: (partitions: readonly number[]) => void): Promise<void> {
    this.tell = onAssigned;
    this.assign(this.partitions);
  }

  assign(partitions: readonly number[]): void {
    this.partitions = partitions;
    this.tell(partitions);
    this.confirm();
  }

  /** The group answers again. */
  confirm(): void {
    this.isAway = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  confirmed(): Promise<void> {
    return this.isAway ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

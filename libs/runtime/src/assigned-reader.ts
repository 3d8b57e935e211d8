/** A reader over whichever partitions its process is to read: begun anew whenever they change. Two may read the same ones for a moment. */
import type { Clock, PartitionAssignment } from '@dacapo/ports';

import type { Log } from './log.js';
import { type Loop, Supervisor } from './supervisor.js';

export interface AssignedReaderOptions {
  readonly name: string;
  readonly make: (partitions: readonly number[]) => Loop;
  readonly assignment: PartitionAssignment;
  readonly clock: Clock;
  readonly log: Log;
}

export class AssignedReader {
  private supervisor: Supervisor | undefined;
  private order: Promise<void> = Promise.resolve();
  private restartsBefore = 0;
  private isAssigned = false;
  private isStopped = false;

  constructor(private readonly options: AssignedReaderOptions) {}

  /** Also one that reads nothing: it stands by. */
  get isReady(): boolean {
    return this.isAssigned && this.supervisor?.isReady !== false;
  }

  get restarts(): number {
    return this.restartsBefore + (this.supervisor?.restarts ?? 0);
  }

  /** Resolves when it reads the partitions of the first assignment. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.options.assignment.start((partitions) => void this.read(partitions).then(resolve)).catch(reject);
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.options.assignment.close();
    await this.order;
    await this.end();
  }

  /** One change after the other; none waits until what the one before has begun is ready. */
  private async read(partitions: readonly number[]): Promise<void> {
    const begun = this.order.then(() => this.begin(partitions));
    this.order = begun.then(() => undefined);
    const { ready } = await begun;
    await ready;
  }

  private async begin(partitions: readonly number[]): Promise<{ readonly ready: Promise<void> }> {
    await this.end();
    this.isAssigned = true;
    if (this.isStopped || partitions.length === 0) return { ready: Promise.resolve() };
    const { name, make, clock, log } = this.options;
    this.supervisor = new Supervisor(name, () => make(partitions), clock, log);
    return { ready: this.supervisor.start() };
  }

  private async end(): Promise<void> {
    const { supervisor } = this;
    this.supervisor = undefined;
    await supervisor?.stop();
    this.restartsBefore += supervisor?.restarts ?? 0;
  }
}

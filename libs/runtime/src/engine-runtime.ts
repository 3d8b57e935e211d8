/** The lanes of the partitions that this process owns, each kept alive by itself. Which those are may change at any time. */
import type { OutputCache, PartitionAssignment } from '@dacapo/ports';

import { CachedOutputs } from './cached-outputs.js';
import { Confirmations } from './confirmations.js';
import { Lane, type LaneOptions } from './lane.js';
import type { LaneStats } from './lane-work.js';
import { Supervisor } from './supervisor.js';

export type EngineOptions = Omit<LaneOptions, 'partition' | 'confirmations' | 'outputs' | 'isAgain' | 'assignment'> & {
  /** Where outputs are kept for others; without it every task is done. */
  readonly outputCache?: OutputCache;
  /** Those that nobody else owns, or who says which. */
  readonly partitions: readonly number[] | PartitionAssignment;
};

export class EngineRuntime {
  /** Of what is owned now. */
  private readonly supervisors = new Map<number, Supervisor>();
  /** What has been taken away and is not let go yet. */
  private readonly leaving = new Map<number, Promise<void>>();
  private readonly lanes = new Map<number, Lane>();
  private readonly shared: Omit<LaneOptions, 'partition'>;
  private readonly partitions: readonly number[] | PartitionAssignment;
  private restartsBefore = 0;
  private isAssigned = false;
  private isStopping = false;

  constructor(options: EngineOptions) {
    const { partitions, outputCache, ...rest } = options;
    const outputs = outputCache && new CachedOutputs(outputCache, options.clock, options.log);
    this.partitions = partitions;
    this.shared = {
      ...rest,
      confirmations: new Confirmations(),
      ...(outputs === undefined ? {} : { outputs }),
      ...('start' in partitions ? { assignment: partitions } : {}),
    };
  }

  /** Also one that owns nothing: it stands by. */
  get isReady(): boolean {
    return this.isAssigned && [...this.supervisors.values()].every(({ isReady }) => isReady);
  }

  /** The partitions that it owns, in order. */
  get owned(): readonly number[] {
    return [...this.supervisors.keys()].toSorted((a, b) => a - b);
  }

  get stats(): ReadonlyMap<number, LaneStats> {
    return new Map([...this.lanes].map(([partition, lane]) => [partition, lane.stats]));
  }

  get restarts(): number {
    return [...this.supervisors.values()].reduce((sum, { restarts }) => sum + restarts, this.restartsBefore);
  }

  /** Resolves when every lane of the first assignment has recovered. */
  async start(): Promise<void> {
    if (!('start' in this.partitions)) return this.own(this.partitions);
    const { partitions } = this;
    await new Promise<void>((resolve, reject) => {
      partitions.start((owned) => void this.own(owned).then(resolve)).catch(reject);
    });
  }

  /** Others hear of it first, so that they are there when the last checkpoints are. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if ('start' in this.partitions) await this.partitions.close();
    for (const partition of this.supervisors.keys()) this.letGo(partition);
    await Promise.all(this.leaving.values());
  }

  private async own(partitions: readonly number[]): Promise<void> {
    if (this.isStopping) return;
    this.isAssigned = true;
    for (const partition of this.supervisors.keys()) if (!partitions.includes(partition)) this.letGo(partition);
    const added = partitions.filter((partition) => !this.supervisors.has(partition));
    await Promise.all(added.map((partition) => this.takeUp(partition)));
  }

  private async takeUp(partition: number): Promise<void> {
    const { clock, log } = this.shared;
    let isAgain = false;
    const make = (): Lane => {
      const lane = new Lane({ ...this.shared, partition, isAgain });
      isAgain = true;
      this.lanes.set(partition, lane);
      return lane;
    };
    const supervisor = new Supervisor(`lane-${partition}`, make, clock, log);
    this.supervisors.set(partition, supervisor);
    // It was ours a moment ago, and its lane is still at its last checkpoint.
    await this.leaving.get(partition);
    if (this.supervisors.get(partition) === supervisor) await supervisor.start();
  }

  private letGo(partition: number): void {
    const supervisor = this.supervisors.get(partition);
    if (supervisor === undefined) return;
    this.supervisors.delete(partition);
    const left = Promise.all([this.leaving.get(partition), supervisor.stop()]).then(() => {
      this.restartsBefore += supervisor.restarts;
      if (this.leaving.get(partition) !== left) return;
      this.leaving.delete(partition);
      if (!this.supervisors.has(partition)) this.lanes.delete(partition);
    });
    this.leaving.set(partition, left);
  }
}

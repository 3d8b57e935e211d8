/** The lanes of the partitions that this process owns, each kept alive by itself. */
import type { OutputCache } from '@dacapo/ports';

import { CachedOutputs } from './cached-outputs.js';
import { Confirmations } from './confirmations.js';
import { Lane, type LaneOptions } from './lane.js';
import type { LaneStats } from './lane-work.js';
import { Supervisor } from './supervisor.js';

export type EngineOptions = Omit<LaneOptions, 'partition' | 'confirmations' | 'outputs'> & {
  /** Where outputs are kept for others; without it every task is done. */
  readonly outputCache?: OutputCache;
  readonly partitions: readonly number[];
};

export class EngineRuntime {
  private readonly supervisors: readonly Supervisor[];
  private readonly lanes = new Map<number, Lane>();

  constructor(options: EngineOptions) {
    const { partitions, outputCache, ...rest } = options;
    const outputs = outputCache && new CachedOutputs(outputCache, options.clock, options.log);
    const shared = {
      ...rest,
      confirmations: new Confirmations(),
      ...(outputs === undefined ? {} : { outputs }),
    };
    this.supervisors = partitions.map((partition) => {
      const make = (): Lane => {
        const lane = new Lane({ ...shared, partition });
        this.lanes.set(partition, lane);
        return lane;
      };
      return new Supervisor(`lane-${partition}`, make, shared.clock, shared.log);
    });
  }

  get isReady(): boolean {
    return this.supervisors.every(({ isReady }) => isReady);
  }

  get stats(): ReadonlyMap<number, LaneStats> {
    return new Map([...this.lanes].map(([partition, lane]) => [partition, lane.stats]));
  }

  get restarts(): number {
    return this.supervisors.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** Resolves when every lane has recovered. */
  async start(): Promise<void> {
    await Promise.all(this.supervisors.map((supervisor) => supervisor.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.supervisors.map((supervisor) => supervisor.stop()));
  }
}

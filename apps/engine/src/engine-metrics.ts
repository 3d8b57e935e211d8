import type { RoleStart } from '@dacapo/kafka-edge';
import type { Metrics } from '@dacapo/platform';
import type { LaneStats } from '@dacapo/runtime';

import type { EngineRole } from './engine-role.js';

export function addEngineMetrics(metrics: Metrics, start: RoleStart<EngineRole>): void {
  metrics.add(
    [
      ['dacapo_lane_commands_total', 'Commands decided'],
      ['dacapo_lane_events_total', 'Events appended'],
      ['dacapo_lane_appends_total', 'Batches appended'],
      ['dacapo_lane_repeats_total', 'Commands that had been applied before'],
      ['dacapo_lane_quarantined_total', 'Workflows that broke an invariant'],
      ['dacapo_lane_restarts_total', 'Times that a lane had to be started anew'],
    ],
    () => {
      const engine = start.role?.engine;
      const lanes = [...(engine?.stats.values() ?? [])];
      const sum = (of: (stats: LaneStats) => number): number => lanes.reduce((total, stats) => total + of(stats), 0);
      return {
        dacapo_lane_commands_total: sum(({ commands }) => commands),
        dacapo_lane_events_total: sum(({ events }) => events),
        dacapo_lane_appends_total: sum(({ appends }) => appends),
        dacapo_lane_repeats_total: sum(({ repeats }) => repeats),
        dacapo_lane_quarantined_total: sum(({ quarantined }) => quarantined),
        dacapo_lane_restarts_total: engine?.restarts ?? 0,
      };
    },
  );
}

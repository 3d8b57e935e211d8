import type { Metrics } from '@dacapo/platform';
import type { LaneStats } from '@dacapo/runtime';

import type { Embedded } from './embedded.js';

const laneMetrics = [
  ['dacapo_lane_commands_total', 'Commands decided'],
  ['dacapo_lane_events_total', 'Events appended'],
  ['dacapo_lane_appends_total', 'Batches appended'],
  ['dacapo_lane_repeats_total', 'Commands that had been applied before'],
  ['dacapo_lane_quarantined_total', 'Workflows that broke an invariant'],
] as const;

export function addMetrics(metrics: Metrics, { engine, gateway, projection, builtIn }: Embedded): void {
  metrics.add(laneMetrics, () => {
    const sum = (of: (stats: LaneStats) => number): number =>
      [...engine.stats.values()].reduce((total, stats) => total + of(stats), 0);
    return {
      dacapo_lane_commands_total: sum(({ commands }) => commands),
      dacapo_lane_events_total: sum(({ events }) => events),
      dacapo_lane_appends_total: sum(({ appends }) => appends),
      dacapo_lane_repeats_total: sum(({ repeats }) => repeats),
      dacapo_lane_quarantined_total: sum(({ quarantined }) => quarantined),
    };
  });
  metrics.add(
    [
      ['dacapo_lane_restarts_total', 'Times that a lane had to be started anew'],
      ['dacapo_projection_events_total', 'Events written into the read model'],
      [
        'dacapo_projection_parked_workflows',
        'Workflows whose documents could not be brought up to date: look at the log',
      ],
      ['dacapo_projection_lag_events', 'Events that the read model does not have yet'],
      ['dacapo_builtin_tasks_total', 'Built-in tasks whose results were reported'],
      ['dacapo_builtin_tasks_running', 'Built-in tasks under way'],
    ],
    () => ({
      dacapo_lane_restarts_total: engine.restarts,
      dacapo_projection_events_total: projection.projected,
      dacapo_projection_parked_workflows: projection.parked,
      dacapo_projection_lag_events: gateway.unprojected,
      dacapo_builtin_tasks_total: builtIn.done,
      dacapo_builtin_tasks_running: builtIn.running,
    }),
  );
}

import { RoleHealthModule, type RoleStart } from '@dacapo/kafka-edge';
import { Metrics, MetricsModule } from '@dacapo/platform';
import { type DynamicModule, Module } from '@nestjs/common';

import type { ProjectorRole } from './projector-role.js';

@Module({})
export class ProjectorModule {
  static of(start: RoleStart<ProjectorRole>): DynamicModule {
    const metrics = new Metrics('projector');
    metrics.add(
      [
        ['dacapo_projection_events_total', 'Events written into the read model'],
        [
          'dacapo_projection_parked_workflows',
          'Workflows whose documents could not be brought up to date: look at the log',
        ],
        ['dacapo_projection_restarts_total', 'Times that the projection had to be started anew'],
      ],
      () => ({
        dacapo_projection_events_total: start.role?.projected ?? 0,
        dacapo_projection_parked_workflows: start.role?.parked ?? 0,
        dacapo_projection_restarts_total: start.role?.restarts ?? 0,
      }),
    );
    return { module: ProjectorModule, imports: [RoleHealthModule.of(start), MetricsModule.of(metrics)] };
  }
}

import { RoleHealthModule, type RoleStart } from '@dacapo/kafka-edge';
import { Metrics, MetricsModule } from '@dacapo/platform';
import { type DynamicModule, Module } from '@nestjs/common';

import { addEngineMetrics } from './engine-metrics.js';
import type { EngineRole } from './engine-role.js';

@Module({})
export class EngineModule {
  static of(start: RoleStart<EngineRole>): DynamicModule {
    const metrics = new Metrics('engine');
    addEngineMetrics(metrics, start);
    return { module: EngineModule, imports: [RoleHealthModule.of(start), MetricsModule.of(metrics)] };
  }
}

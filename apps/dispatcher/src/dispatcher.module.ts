import { addDeadLetterMetrics, RoleHealthModule, type RoleStart } from '@dacapo/kafka-edge';
import { Metrics, MetricsModule } from '@dacapo/platform';
import { type DynamicModule, Module } from '@nestjs/common';

import type { DispatcherRole } from './dispatcher-role.js';

@Module({})
export class DispatcherModule {
  static of(start: RoleStart<DispatcherRole>): DynamicModule {
    const metrics = new Metrics('dispatcher');
    metrics.add(
      [
        ['dacapo_dispatcher_tasks_total', 'Tasks published to their topics'],
        ['dacapo_builtin_tasks_total', 'Built-in tasks whose results were reported'],
        ['dacapo_builtin_tasks_running', 'Built-in tasks under way'],
        ['dacapo_dispatcher_restarts_total', 'Times that a reader had to be started anew'],
      ],
      () => ({
        dacapo_dispatcher_tasks_total: start.role?.taskTopics.published ?? 0,
        dacapo_builtin_tasks_total: start.role?.builtIn.done ?? 0,
        dacapo_builtin_tasks_running: start.role?.builtIn.running ?? 0,
        dacapo_dispatcher_restarts_total: start.role?.restarts ?? 0,
      }),
    );
    addDeadLetterMetrics(metrics.registry, () => start.role?.deadLetters);
    return { module: DispatcherModule, imports: [RoleHealthModule.of(start), MetricsModule.of(metrics)] };
  }
}

/** Conductor's REST API and our additions to it, over a gateway. */
import { type DynamicModule, Module } from '@nestjs/common';

import { type ApiOptions, apiOptions } from './gateway.js';
import { HealthController } from './health/health.controller.js';
import { HistoryController } from './history/history.controller.js';
import { HotRoutes } from './hot-routes.js';
import { TaskDefController } from './metadata/task-def.controller.js';
import { WorkflowDefController } from './metadata/workflow-def.controller.js';
import { EnvironmentController } from './values/environment.controller.js';
import { SecretsController } from './values/secrets.controller.js';
import { TaskController } from './task/task.controller.js';
import { BulkController } from './workflow/bulk.controller.js';
import { ControlController } from './workflow/control.controller.js';
import { WorkflowController } from './workflow/workflow.controller.js';

@Module({})
export class ApiModule {
  static register(options: ApiOptions): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        BulkController,
        WorkflowController,
        ControlController,
        HistoryController,
        TaskController,
        WorkflowDefController,
        TaskDefController,
        EnvironmentController,
        SecretsController,
        HealthController,
      ],
      providers: [{ provide: apiOptions, useValue: options }, HotRoutes],
      exports: [apiOptions],
    };
  }
}

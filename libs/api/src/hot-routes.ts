/** Puts the hot routes on the raw Fastify instance, before Nest adds its own. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

import { apiOptions } from './gateway.js';
import type { ApiOptions as Options } from './gateway.js';
import { addTaskHotRoutes } from './task/task-hot-routes.js';
import { addWorkflowHotRoutes } from './workflow/workflow-hot-routes.js';

@Injectable()
export class HotRoutes implements OnModuleInit {
  private readonly gateway: Options['gateway'];

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(apiOptions) { gateway }: Options,
  ) {
    this.gateway = gateway;
  }

  onModuleInit(): void {
    const instance = this.host.httpAdapter.getInstance<FastifyInstance>();
    addWorkflowHotRoutes(instance, this.gateway);
    addTaskHotRoutes(instance, this.gateway);
  }
}

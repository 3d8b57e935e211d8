import 'reflect-metadata';

import { ApiModule, configureHttp } from '@dacapo/api';
import { type Config, Metrics } from '@dacapo/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import type { Embedded } from './embedded.js';
import { addMetrics } from './embedded-metrics.js';

@Module({})
export class StandaloneModule {
  static of(embedded: Embedded): DynamicModule {
    return {
      module: StandaloneModule,
      imports: [ApiModule.register({ gateway: embedded.gateway, verify: (workflowId) => embedded.verify(workflowId) })],
    };
  }
}

export async function makeServer(embedded: Embedded, config: Config): Promise<NestFastifyApplication> {
  const metrics = new Metrics('standalone');
  addMetrics(metrics, embedded);
  const app = await NestFactory.create<NestFastifyApplication>(StandaloneModule.of(embedded), new FastifyAdapter(), {
    logger: ['error', 'warn'],
  });
  configureHttp(app, {
    bodyBytesMax: config.httpBodyBytesMax,
    allowedHosts: config.allowedHosts.split(',').filter(Boolean),
    metrics: () => metrics.text(),
  });
  await app.init();
  return app;
}

import 'reflect-metadata';

import { ApiModule, configureHttp, createHttpAdapter } from '@dacapo/api';
import { type Config, Metrics, MetricsModule } from '@dacapo/platform';
import type { Log } from '@dacapo/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { Embedded } from './embedded.js';
import { addMetrics } from './embedded-metrics.js';

@Module({})
export class StandaloneModule {
  static of(embedded: Embedded, { secretsReadable: areSecretsReadable }: Config): DynamicModule {
    const metrics = new Metrics('standalone');
    addMetrics(metrics, embedded);
    const verify = (workflowId: string): Promise<unknown> => embedded.verify(workflowId);
    return {
      module: StandaloneModule,
      imports: [
        ApiModule.register({ gateway: embedded.gateway, verify, areSecretsReadable }),
        MetricsModule.of(metrics),
      ],
    };
  }
}

export async function makeServer(embedded: Embedded, config: Config, log: Log): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    StandaloneModule.of(embedded, config),
    createHttpAdapter(),
    {
      // Errors are thrown and reported in one line (run-app.ts), or logged by the error filter.
      logger: false,
      abortOnError: false,
    },
  );
  configureHttp(app, {
    bodyLimitBytes: config.httpBodyBytesMax,
    hosts: config.allowedHosts.split(',').filter((host) => host !== ''),
    log,
  });
  await app.init();
  return app;
}

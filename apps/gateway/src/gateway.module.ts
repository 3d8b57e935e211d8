import 'reflect-metadata';

import { ApiModule, configureHttp, createHttpAdapter } from '@dacapo/api';
import { addDeadLetterMetrics, InboxModule } from '@dacapo/kafka-edge';
import { type Config, Metrics, MetricsModule } from '@dacapo/platform';
import type { Log } from '@dacapo/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { GatewayRole } from './gateway-role.js';

@Module({})
export class GatewayModule {
  static of(role: GatewayRole, { secretsReadable: areSecretsReadable }: Config): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        ApiModule.register({
          gateway: role.gateway,
          verify: (workflowId) => role.verify(workflowId),
          areSecretsReadable,
        }),
        InboxModule.register(role.inbox),
        MetricsModule.of(metricsOf(role)),
      ],
    };
  }
}

export async function makeServer(role: GatewayRole, config: Config, log: Log): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.of(role, config), createHttpAdapter(), {
    // Errors are thrown and reported in one line (run-app.ts), or logged by the error filter.
    logger: false,
    abortOnError: false,
  });
  configureHttp(app, {
    bodyLimitBytes: config.httpBodyBytesMax,
    hosts: config.allowedHosts.split(',').filter((host) => host !== ''),
    log,
  });
  app.connectMicroservice({ strategy: role.inboxTransport });
  await app.startAllMicroservices();
  await app.init();
  return app;
}

function metricsOf(role: GatewayRole): Metrics {
  const metrics = new Metrics('gateway');
  metrics.add(
    [
      ['dacapo_inbox_accepted_total', 'Records of the inbox that became commands'],
      ['dacapo_inbox_restarts_total', 'Times that the consumer of the inbox had to be started anew'],
      ['dacapo_inbox_ready', '1 when the inbox is being consumed'],
      ['dacapo_projection_lag_events', 'Events that the read model does not have yet'],
    ],
    () => ({
      dacapo_inbox_accepted_total: role.inbox.accepted,
      dacapo_inbox_restarts_total: role.inboxTransport.restarts,
      dacapo_inbox_ready: role.inboxTransport.isReady ? 1 : 0,
      dacapo_projection_lag_events: role.gateway.unprojected,
    }),
  );
  addDeadLetterMetrics(metrics.registry, () => role.deadLetters);
  return metrics;
}

/** The HTTP side of a role that serves nothing but `/health`, and what its app adds (metrics). It answers 503 until the role works. */
import 'reflect-metadata';

import { Controller, type DynamicModule, Get, HttpException, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

export interface RoleStatus {
  readonly isReady: boolean;
}

const roleStatus = Symbol('RoleStatus');

@Controller()
class HealthController {
  constructor(@Inject(roleStatus) private readonly status: RoleStatus) {}

  @Get('health')
  health(): object {
    if (!this.status.isReady) throw new HttpException({ healthy: false }, 503);
    return { healthy: true };
  }
}

@Module({})
export class RoleHealthModule {
  static of(status: RoleStatus): DynamicModule {
    return {
      module: RoleHealthModule,
      controllers: [HealthController],
      providers: [{ provide: roleStatus, useValue: status }],
    };
  }
}

export async function makeRoleServer(root: DynamicModule): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), {
    // Errors are thrown and reported in one line (run-app.ts), or logged by the error filter.
    logger: false,
    abortOnError: false,
  });
  await app.init();
  return app;
}

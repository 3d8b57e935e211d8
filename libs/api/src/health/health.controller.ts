/** Is it serving? (contract 1.2.7) */
import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { apiOptions } from '../gateway.js';
import type { ApiOptions } from '../gateway.js';

@Controller()
export class HealthController {
  constructor(@Inject(apiOptions) private readonly api: ApiOptions) {}

  @Get(['health', 'api/health'])
  health(@Res({ passthrough: true }) reply: FastifyReply): object {
    const healthy = this.api.gateway.isReady;
    void reply.code(healthy ? 200 : 503);
    return { healthy, healthResults: [], suppressedHealthResults: [] };
  }

  @Get('api/version')
  @Header('content-type', 'text/plain; charset=utf-8')
  version(): string {
    return this.api.version ?? 'unknown';
  }
}

/** `/api/environment`: values of `${workflow.env.NAME}` (contract 1.2.7, 1.3). */
import { Body, Controller, Delete, Get, Header, Inject, Param, Put } from '@nestjs/common';
import type { EnvironmentStore } from '@dacapo/ports';

import { apiOptions } from '../gateway.js';
import type { ApiOptions } from '../gateway.js';
import { textType } from '../http/reply.js';
import { valueName, valueText } from './value-texts.js';

@Controller('api/environment')
export class EnvironmentController {
  private readonly store: EnvironmentStore;

  constructor(@Inject(apiOptions) { gateway }: ApiOptions) {
    this.store = gateway.registry.environment;
  }

  @Get()
  list(): ReturnType<EnvironmentStore['list']> {
    return this.store.list();
  }

  /** Empty for a name that is not there, as in Conductor. */
  @Get(':key')
  @Header('content-type', textType)
  one(@Param('key') key: string): string {
    return this.store.get(valueName(key)) ?? '';
  }

  @Put(':key')
  async put(@Param('key') key: string, @Body() body: unknown): Promise<void> {
    await this.store.put(valueName(key), valueText(body));
  }

  @Delete(':key')
  async remove(@Param('key') key: string): Promise<void> {
    await this.store.delete(valueName(key));
  }
}

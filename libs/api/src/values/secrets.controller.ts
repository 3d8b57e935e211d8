/**
 * `/api/secrets` (contract 1.2.7). Values go in and do not come out again: Conductor's `GET /secrets/{key}` is answered with 403 unless the
 * installation allows it (security E7).
 */
import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { DaCapoError } from '@dacapo/contracts';
import type { SecretStore } from '@dacapo/ports';

import { apiOptions } from '../gateway.js';
import type { ApiOptions } from '../gateway.js';
import { textType } from '../http/reply.js';
import { maskText } from '../mask/mask.js';
import { valueName, valueText } from './value-texts.js';

class ValueHidden extends Error {
  readonly statusCode = 403;
}

@Controller('api/secrets')
export class SecretsController {
  private readonly store: SecretStore;
  private readonly areReadable: boolean;

  constructor(@Inject(apiOptions) { gateway, areSecretsReadable = false }: ApiOptions) {
    this.store = gateway.registry.secrets;
    this.areReadable = areSecretsReadable;
  }

  @Get()
  names(): readonly string[] {
    return this.store.list().map(({ name }) => name);
  }

  @Post()
  @HttpCode(200)
  namesByPost(): readonly string[] {
    return this.names();
  }

  @Get('v2')
  entries(): readonly object[] {
    return this.store.list().map(({ name, createTime, updateTime }) => ({
      name,
      partial: maskText,
      created_at: createTime,
      updated_at: updateTime,
    }));
  }

  @Get(':key')
  @Header('content-type', textType)
  async one(@Param('key') key: string): Promise<string> {
    const name = valueName(key);
    if (!this.areReadable) throw new ValueHidden('Values of secrets are not told here');
    const value = await this.store.get(name);
    if (value === undefined) throw new DaCapoError('SECRET_NOT_FOUND', `No such secret found by name: ${name}`);
    return value;
  }

  @Get(':key/exists')
  exists(@Param('key') key: string): boolean {
    const name = valueName(key);
    return this.store.list().some((entry) => entry.name === name);
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

/** `/api/metadata/taskdefs`: task definitions (contract 1.2.4). */
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { DaCapoError } from '@dacapo/contracts';
import type { TaskDef } from '@dacapo/definitions';

import { apiOptions } from '../gateway.js';
import type { ApiOptions } from '../gateway.js';
import { audited } from './audit.js';
import { taskDefOf, taskDefsOf } from './parse-definitions.js';

@Controller('api/metadata/taskdefs')
export class TaskDefController {
  private readonly registry: ApiOptions['gateway']['registry'];

  constructor(@Inject(apiOptions) { gateway }: ApiOptions) {
    this.registry = gateway.registry;
  }

  @Post()
  @HttpCode(200)
  async register(@Body() body: unknown): Promise<void> {
    const now = Date.now();
    const definitions = taskDefsOf(body).map((definition) =>
      audited(definition, this.registry.taskDef(definition.name), now),
    );
    await this.registry.putTaskDefs(definitions);
  }

  @Put()
  async update(@Body() body: unknown): Promise<void> {
    const definition = taskDefOf(body);
    const known = this.registry.taskDef(definition.name);
    if (known === undefined) throw missing(`No such task by name ${definition.name}`);
    await this.registry.putTaskDefs([audited(definition, known, Date.now())]);
  }

  @Get()
  list(): readonly TaskDef[] {
    return this.registry.taskDefs();
  }

  @Get(':taskType')
  one(@Param('taskType') name: string): TaskDef {
    const definition = this.registry.taskDef(name);
    if (definition === undefined) throw missing(`No such taskType found by name: ${name}`);
    return definition;
  }

  @Delete(':taskType')
  async remove(@Param('taskType') name: string): Promise<void> {
    if (this.registry.taskDef(name) === undefined) throw missing(`No such task by name ${name}`);
    await this.registry.removeTaskDef(name);
  }
}

function missing(message: string): DaCapoError {
  return new DaCapoError('DEFINITION_NOT_FOUND', message);
}

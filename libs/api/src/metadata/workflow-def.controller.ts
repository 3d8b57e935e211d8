/** `/api/metadata/workflow`: workflow definitions (contract 1.2.4). */
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { DaCapoError } from '@dacapo/contracts';
import type { WorkflowDef, WorkflowDefOptions } from '@dacapo/definitions';

import { invalid } from '../errors/request-error.js';
import { apiOptions } from '../gateway.js';
import type { ApiOptions } from '../gateway.js';
import { flagOf, integerOf, textOf } from '../http/query.js';
import type { QueryValues } from '../http/query.js';
import { classifierOf } from '../workflow/to-summary.js';
import { audited } from './audit.js';
import { workflowDefOf, workflowDefsOf } from './parse-definitions.js';

interface WorkflowDefSummary {
  readonly name: string;
  readonly version: number;
  readonly createTime: number;
  readonly updateTime: number;
}

@Controller('api/metadata/workflow')
export class WorkflowDefController {
  private readonly registry: ApiOptions['gateway']['registry'];
  private readonly options: WorkflowDefOptions;

  constructor(@Inject(apiOptions) { gateway }: ApiOptions) {
    const { registry } = gateway;
    this.registry = registry;
    this.options = { taskDef: (name) => registry.taskDef(name), environmentNames: registry.environmentNames };
  }

  @Post()
  @HttpCode(200)
  async register(@Body() body: unknown, @Query() query: QueryValues): Promise<void> {
    const overwrite = flagOf(query, 'overwrite', false);
    const definition = workflowDefOf(body, this.options);
    const { name, version } = definition;
    const known = this.registry.workflowDef(name, version);
    if (known !== undefined && !overwrite)
      throw new DaCapoError('DEFINITION_EXISTS', `Workflow with ${name}.${version} already exists!`);
    await this.registry.putWorkflowDefs([audited(definition, known, Date.now())]);
  }

  @Put()
  async update(@Body() body: unknown): Promise<object> {
    const now = Date.now();
    const definitions = workflowDefsOf(body, this.options).map((definition) =>
      audited(definition, this.registry.workflowDef(definition.name, definition.version), now),
    );
    await this.registry.putWorkflowDefs(definitions);
    return { bulkErrorResults: {}, bulkSuccessfulResults: definitions.map(({ name }) => name) };
  }

  @Post('validate')
  @HttpCode(200)
  validate(@Body() body: unknown): void {
    workflowDefOf(body, this.options);
  }

  @Get()
  list(@Query() query: QueryValues): readonly WorkflowDef[] {
    const classifier = textOf(query, 'classifier')?.toLowerCase();
    const all = this.registry.workflowDefs();
    return classifier ? all.filter((definition) => classifierOf(definition).toLowerCase() === classifier) : all;
  }

  @Get('names-and-versions')
  namesAndVersions(): Readonly<Record<string, readonly WorkflowDefSummary[]>> {
    const byName = Object.groupBy(this.registry.workflowDefs().map(summaryOf), ({ name }) => name);
    return byName as Readonly<Record<string, readonly WorkflowDefSummary[]>>;
  }

  @Get('names')
  names(): readonly string[] {
    return [...new Set(this.registry.workflowDefs().map(({ name }) => name))];
  }

  @Get('latest-versions')
  latest(): readonly WorkflowDef[] {
    // Versions ascend within a name: the last one of each stays.
    return [...new Map(this.registry.workflowDefs().map((definition) => [definition.name, definition])).values()];
  }

  @Get(':name')
  one(@Param('name') name: string, @Query() query: QueryValues): WorkflowDef {
    const version = integerOf(query, 'version');
    const definition = this.registry.workflowDef(name, version);
    if (definition === undefined) throw missing(name, version);
    return definition;
  }

  @Get(':name/versions')
  versions(@Param('name') name: string): readonly WorkflowDefSummary[] {
    return this.registry.workflowDefs(name).map(summaryOf);
  }

  @Delete(':name/:version')
  async remove(@Param('name') name: string, @Param('version') text: string): Promise<void> {
    if (!/^-?\d{1,15}$/.test(text)) throw invalid(`version must be a whole number, not '${text.slice(0, 255)}'`);
    const version = Number(text);
    if (this.registry.workflowDef(name, version) === undefined) throw missing(name, version);
    await this.registry.removeWorkflowDef(name, version);
  }
}

function summaryOf({ name, version, createTime, updateTime }: WorkflowDef): WorkflowDefSummary {
  return { name, version, createTime, updateTime };
}

function missing(name: string, version: number | undefined): DaCapoError {
  return new DaCapoError(
    'DEFINITION_NOT_FOUND',
    `No such workflow found by name: ${name}, version: ${version ?? null}`,
  );
}

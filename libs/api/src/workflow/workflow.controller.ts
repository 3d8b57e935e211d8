/** `/api/workflow`: parts of a workflow, search (contract 1.2.1). Start and read are workflow-hot-routes.ts, control is control.controller.ts. */
import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import type { TaskDocument } from '@dacapo/contracts';

import { apiOptions } from '../gateway.js';
import type { ApiOptions, Gateway } from '../gateway.js';
import { idOf } from '../http/path.js';
import { flagOf, integerOf, textsOf } from '../http/query.js';
import type { QueryValues } from '../http/query.js';
import { jsonType } from '../http/reply.js';
import { limits } from '../limits.js';
import { maskedWorkflow } from '../mask/mask.js';
import { searchQueryOf } from './search-query.js';
import { toSummary } from './to-summary.js';
import { statusText, taskTexts } from './to-workflow.js';
import { workflowMissing } from './workflow-hot-routes.js';

@Controller('api/workflow')
export class WorkflowController {
  private readonly gateway: Gateway;

  constructor(@Inject(apiOptions) { gateway }: ApiOptions) {
    this.gateway = gateway;
  }

  @Get('search')
  async search(@Query() query: QueryValues): Promise<object> {
    const { registry, views } = this.gateway;
    const { totalHits, results } = await views.search(searchQueryOf(query));
    return {
      totalHits,
      results: results.map((workflow) =>
        toSummary(maskedWorkflow(workflow, registry), registry.content(workflow.definition)),
      ),
    };
  }

  @Get(':workflowId/status')
  async status(@Param('workflowId') id: string, @Query() query: QueryValues): Promise<object> {
    const withOutput = flagOf(query, 'includeOutput', false);
    const withVariables = flagOf(query, 'includeVariables', false);
    const workflow = await this.gateway.views.workflow(idOf(id, 'WorkflowId'));
    if (workflow === undefined) throw workflowMissing(id);
    const { workflowId, correlationId, output, variables } = maskedWorkflow(workflow, this.gateway.registry);
    return {
      workflowId,
      correlationId,
      ...(withOutput ? { output } : {}),
      ...(withVariables ? { variables } : {}),
      status: statusText(workflow),
    };
  }

  @Get(':workflowId/tasks')
  @Header('content-type', jsonType)
  async tasks(@Param('workflowId') id: string, @Query() query: QueryValues): Promise<string> {
    const start = integerOf(query, 'start', { min: 0 }) ?? 0;
    const count = integerOf(query, 'count', { min: 0, max: limits.searchSize }) ?? 15;
    const statuses = new Set(textsOf(query, 'status').map((status) => status.toUpperCase()));
    const execution = await this.gateway.views.execution(idOf(id, 'WorkflowId'));
    if (execution === undefined) throw workflowMissing(id);
    const isWanted = ({ status }: TaskDocument): boolean => statuses.size === 0 || statuses.has(status);
    const found = execution.tasks.filter(isWanted);
    const texts = taskTexts(found.slice(start, start + count), this.gateway.registry, Date.now(), execution.tasks);
    return `{"totalHits":${found.length},"results":[${texts}]}`;
  }
}

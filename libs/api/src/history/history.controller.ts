/** What Conductor does not have: every event of a workflow, and the proof that nothing of it was changed. */
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { formatPosition } from '@dacapo/contracts';

import { apiOptions } from '../gateway.js';
import type { ApiOptions } from '../gateway.js';
import { idOf } from '../http/path.js';
import { integerOf } from '../http/query.js';
import type { QueryValues } from '../http/query.js';
import { limits } from '../limits.js';
import { maskedEventData, namesMaskedIn } from '../mask/mask.js';
import { workflowMissing } from '../workflow/workflow-hot-routes.js';

@Controller('api/workflow/:workflowId')
export class HistoryController {
  constructor(@Inject(apiOptions) private readonly api: ApiOptions) {}

  @Get('events')
  async events(@Param('workflowId') id: string, @Query() query: QueryValues): Promise<readonly object[]> {
    const from = integerOf(query, 'from', { min: 0 }) ?? 1;
    const limit = integerOf(query, 'limit', { min: 0, max: limits.historyPage }) ?? 500;
    const { views, registry } = this.api.gateway;
    const partition = views.partition(idOf(id, 'WorkflowId'));
    const events = await views.events(id);
    if (events.length === 0) throw workflowMissing(id);
    const names = namesMaskedIn(events, registry);
    // Sequence numbers are dense from 1.
    const first = Math.max(from, 1) - 1;
    return events.slice(first, first + limit).map(({ event, offset }) => {
      const { seq, type, time, hash, causation, data } = event;
      return {
        seq,
        type,
        time,
        position: formatPosition(partition, offset),
        hash,
        causation,
        data: maskedEventData(data, names),
      };
    });
  }

  @Get('verify')
  async verify(@Param('workflowId') id: string): Promise<unknown> {
    const verdict = await this.api.verify(idOf(id, 'WorkflowId'));
    if (verdict === undefined) throw workflowMissing(id);
    return verdict;
  }
}

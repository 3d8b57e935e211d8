/** `/api/workflow/bulk`: one operation on many workflows; what fails for one is told of that one (contract 1.2.2). */
import { Body, Controller, Delete, HttpCode, Inject, Post, Put, Query } from '@nestjs/common';
import { isDaCapoError } from '@dacapo/contracts';

import { invalid, violatedArgument } from '../errors/request-error.js';
import { apiOptions } from '../gateway.js';
import type { ApiOptions, Gateway } from '../gateway.js';
import { flagOf } from '../http/query.js';
import type { QueryValues } from '../http/query.js';
import { limits } from '../limits.js';
import { removalOf, terminationOf } from './control.controller.js';
import { control, restart } from './control.js';

interface BulkResponse {
  readonly bulkErrorResults: Readonly<Record<string, string>>;
  readonly bulkSuccessfulResults: readonly string[];
}

@Controller('api/workflow/bulk')
export class BulkController {
  private readonly gateway: Gateway;

  constructor(@Inject(apiOptions) { gateway }: ApiOptions) {
    this.gateway = gateway;
  }

  @Put('pause')
  pause(@Body() body: unknown): Promise<BulkResponse> {
    return each(body, (id) => control(this.gateway, 'PauseWorkflow', id, {}));
  }

  @Put('resume')
  resume(@Body() body: unknown): Promise<BulkResponse> {
    return each(body, (id) => control(this.gateway, 'ResumeWorkflow', id, {}));
  }

  @Post('restart')
  @HttpCode(200)
  restart(@Body() body: unknown, @Query() query: QueryValues): Promise<BulkResponse> {
    const useLatest = flagOf(query, 'useLatestDefinitions', false);
    return each(body, (id) => restart(this.gateway, id, useLatest));
  }

  @Post('retry')
  @HttpCode(200)
  retry(@Body() body: unknown): Promise<BulkResponse> {
    return each(body, (id) => control(this.gateway, 'RetryWorkflow', id, {}));
  }

  @Post('terminate')
  @HttpCode(200)
  terminate(@Body() body: unknown, @Query() query: QueryValues): Promise<BulkResponse> {
    const termination = terminationOf(query);
    return each(body, (id) => control(this.gateway, 'TerminateWorkflow', id, termination));
  }

  @Delete('remove')
  remove(@Body() body: unknown, @Query() query: QueryValues): Promise<BulkResponse> {
    const removal = removalOf(query);
    return each(body, (id) => control(this.gateway, 'RemoveWorkflow', id, removal));
  }

  @Delete('terminate-remove')
  terminateAndRemove(@Body() body: unknown, @Query() query: QueryValues): Promise<BulkResponse> {
    const termination = terminationOf(query);
    const removal = removalOf(query);
    return each(body, async (id) => {
      await control(this.gateway, 'TerminateWorkflow', id, termination);
      await control(this.gateway, 'RemoveWorkflow', id, removal);
    });
  }
}

async function each(body: unknown, operate: (workflowId: string) => Promise<unknown>): Promise<BulkResponse> {
  const ids = idsOf(body);
  const errors: Record<string, string> = {};
  const done: string[] = [];
  const outcomes = await Promise.all(ids.map((id) => outcomeOf(() => operate(id))));
  for (const [index, id] of ids.entries()) {
    const error = outcomes[index];
    if (error === undefined) done.push(id);
    else errors[id] = error;
  }
  return { bulkErrorResults: errors, bulkSuccessfulResults: done };
}

async function outcomeOf(operate: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await operate();
    return undefined;
  } catch (error) {
    if (!isDaCapoError(error)) throw error;
    return error.message;
  }
}

/** Each once: a list that names a workflow twice means it once. */
function idsOf(body: unknown): readonly string[] {
  if (!Array.isArray(body)) throw invalid('The body must be a list of workflow ids');
  if (body.length === 0) throw violatedArgument('workflowIds', 'WorkflowIds list cannot be null.');
  if (body.length > limits.bulkIds) {
    throw violatedArgument(
      'workflowIds',
      `Cannot process more than ${limits.bulkIds} workflows. Please use multiple requests.`,
    );
  }
  const isId = (id: unknown): id is string =>
    typeof id === 'string' && id !== '' && id.length <= limits.idCharacters && id !== '__proto__';
  if (!body.every(isId)) throw invalid('A workflow id must be a text that is not empty');
  return [...new Set(body)];
}

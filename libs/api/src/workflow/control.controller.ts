/** `/api/workflow/{id}/...`: what an operator does to a workflow (contract 1.2.1, 1.3). */
import { Body, Controller, Delete, Header, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { apiOptions, positionHeader } from '../gateway.js';
import type { ApiOptions, Gateway } from '../gateway.js';
import { idOf } from '../http/path.js';
import { flagOf, textOf } from '../http/query.js';
import type { QueryValues } from '../http/query.js';
import { jsonType, textType } from '../http/reply.js';
import { objectOf } from '../json/fields.js';
import { limits } from '../limits.js';
import { control, rerun, restart, skipRequestOf } from './control.js';
import { workflowText } from './to-workflow.js';
import { workflowMissing } from './workflow-hot-routes.js';

@Controller('api/workflow')
export class ControlController {
  private readonly gateway: Gateway;

  constructor(@Inject(apiOptions) { gateway }: ApiOptions) {
    this.gateway = gateway;
  }

  @Put(':workflowId/pause')
  async pause(@Param('workflowId') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    tell(reply, await control(this.gateway, 'PauseWorkflow', workflowIdOf(id), {}));
  }

  @Put(':workflowId/resume')
  async resume(@Param('workflowId') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    tell(reply, await control(this.gateway, 'ResumeWorkflow', workflowIdOf(id), {}));
  }

  /** Nothing waits to be decided here: the answer is that the workflow exists. */
  @Put('decide/:workflowId')
  async decide(@Param('workflowId') id: string): Promise<void> {
    if ((await this.gateway.views.workflow(workflowIdOf(id))) === undefined) throw workflowMissing(id);
  }

  @Post(':workflowId/restart')
  @HttpCode(204)
  async restart(
    @Param('workflowId') id: string,
    @Query() query: QueryValues,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    tell(reply, await restart(this.gateway, workflowIdOf(id), flagOf(query, 'useLatestDefinitions', false)));
  }

  @Post(':workflowId/retry')
  @HttpCode(204)
  async retry(
    @Param('workflowId') id: string,
    @Query() query: QueryValues,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const resumes = flagOf(query, 'resumeSubworkflowTasks', false);
    const data = resumes ? { resumeSubworkflowTasks: true } : {};
    tell(reply, await control(this.gateway, 'RetryWorkflow', workflowIdOf(id), data));
  }

  @Post(':workflowId/rerun')
  @HttpCode(200)
  @Header('content-type', textType)
  async rerun(
    @Param('workflowId') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    tell(reply, await rerun(this.gateway, workflowIdOf(id), body));
    return id;
  }

  @Post(':workflowId/resetcallbacks')
  @HttpCode(204)
  async resetCallbacks(
    @Param('workflowId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    tell(reply, await control(this.gateway, 'ResetCallbacks', workflowIdOf(id), {}));
  }

  @Put(':workflowId/skiptask/:taskReferenceName')
  async skip(
    @Param('workflowId') id: string,
    @Param('taskReferenceName') reference: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const data = { referenceTaskName: referenceOf(reference), ...skipRequestOf(body) };
    tell(reply, await control(this.gateway, 'SkipTask', workflowIdOf(id), data));
  }

  @Post(':workflowId/jump/:taskReferenceName')
  @HttpCode(200)
  async jump(
    @Param('workflowId') id: string,
    @Param('taskReferenceName') reference: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const input = body === undefined || body === null ? {} : { input: objectOf(body, 'The input') };
    const data = { referenceTaskName: referenceOf(reference), ...input };
    tell(reply, await control(this.gateway, 'JumpToTask', workflowIdOf(id), data));
  }

  @Post(':workflowId/variables')
  @HttpCode(200)
  @Header('content-type', jsonType)
  async variables(
    @Param('workflowId') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const variables = objectOf(body, 'The variables');
    tell(reply, await control(this.gateway, 'SetVariables', workflowIdOf(id), { variables }));
    const execution = await this.gateway.views.execution(id);
    if (execution === undefined) throw workflowMissing(id);
    return workflowText(execution, this.gateway.registry, Date.now());
  }

  @Delete(':workflowId')
  async terminate(
    @Param('workflowId') id: string,
    @Query() query: QueryValues,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    tell(reply, await control(this.gateway, 'TerminateWorkflow', workflowIdOf(id), terminationOf(query)));
  }

  @Delete(':workflowId/remove')
  async remove(
    @Param('workflowId') id: string,
    @Query() query: QueryValues,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    tell(reply, await control(this.gateway, 'RemoveWorkflow', workflowIdOf(id), removalOf(query)));
  }

  @Delete(':workflowId/terminate-remove')
  async terminateAndRemove(
    @Param('workflowId') id: string,
    @Query() query: QueryValues,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await control(this.gateway, 'TerminateWorkflow', workflowIdOf(id), terminationOf(query));
    tell(reply, await control(this.gateway, 'RemoveWorkflow', id, removalOf(query)));
  }
}

function tell(reply: FastifyReply, position: string): void {
  void reply.header(positionHeader, position);
}

function workflowIdOf(id: string): string {
  return idOf(id, 'WorkflowId');
}

function referenceOf(reference: string): string {
  return idOf(reference, 'TaskReferenceName', limits.nameCharacters);
}

/** Also of the bulk routes. */
export function terminationOf(query: QueryValues): {
  readonly reason?: string;
  readonly triggerFailureWorkflow?: true;
} {
  const reason = textOf(query, 'reason');
  const triggers = flagOf(query, 'triggerFailureWorkflow', false);
  return { ...(reason === undefined ? {} : { reason }), ...(triggers ? { triggerFailureWorkflow: true } : {}) };
}

export function removalOf(query: QueryValues): { readonly archive?: true } {
  return flagOf(query, 'archiveWorkflow', true) ? { archive: true } : {};
}

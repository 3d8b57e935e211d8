/** `/api/tasks` but for the hot routes (task-hot-routes.ts): single tasks, logs, results by reference, queues (contract 1.2.3). */
import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { DaCapoError, type TaskDocument } from '@dacapo/contracts';
import type { FastifyReply } from 'fastify';

import { invalid } from '../errors/request-error.js';
import { apiOptions, ask, positionHeader } from '../gateway.js';
import type { ApiOptions, Gateway } from '../gateway.js';
import { idOf } from '../http/path.js';
import { nameOf, textsOf } from '../http/query.js';
import type { QueryValues } from '../http/query.js';
import { jsonType } from '../http/reply.js';
import { isObject } from '../json/fields.js';
import { limits } from '../limits.js';
import { maskedTask } from '../mask/mask.js';
import { redacted } from '../mask/redact.js';
import { workflowMissing } from '../workflow/workflow-hot-routes.js';
import { openTaskOf } from './open-task.js';
import { type ResultStatus, resultStatuses, taskResultCommand } from './task-result.js';
import { taskText } from './to-task.js';

const signalStatuses = ['COMPLETED', 'FAILED', 'FAILED_WITH_TERMINAL_ERROR'] as const;

@Controller('api/tasks')
export class TaskController {
  private readonly gateway: Gateway;

  constructor(@Inject(apiOptions) { gateway }: ApiOptions) {
    this.gateway = gateway;
  }

  @Get('queue/sizes')
  sizes(@Query() query: QueryValues): Readonly<Record<string, number>> {
    const types = textsOf(query, 'taskType');
    if (types.length === 0) return this.all();
    return Object.fromEntries(types.map((type) => [type, this.gateway.ready.size(type)]));
  }

  @Get('queue/size')
  size(@Query() query: QueryValues): string {
    return String(this.gateway.ready.size(taskTypeOf(query), nameOf(query, 'domain', limits.domainCharacters)));
  }

  @Get('queue/all')
  all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.gateway.ready.sizes()].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  @Get('queue/polldata')
  pollData(@Query() query: QueryValues): readonly object[] {
    const type = taskTypeOf(query);
    return this.gateway.poller.pollData().filter(({ queueName }) => queueName === type);
  }

  @Get('queue/polldata/all')
  allPollData(): readonly object[] {
    return this.gateway.poller.pollData();
  }

  @Get(':taskId/log')
  async logs(
    @Param('taskId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | undefined> {
    const task = await this.gateway.views.task(idOf(id, 'TaskId'));
    if (task?.logs !== undefined && task.logs.length > 0)
      return task.logs.map(({ log, createdTime }) => ({ log, taskId: id, createdTime }));
    void reply.code(204);
    return undefined;
  }

  @Post(':taskId/log')
  @HttpCode(200)
  async addLog(
    @Param('taskId') id: string,
    @Body() log: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    // Without a body there is no parser and no text.
    const text = redacted(typeof log === 'string' ? log : '', this.gateway.registry.secrets);
    if (text.length > limits.logCharacters)
      throw invalid(`A log must not be longer than ${limits.logCharacters} characters`);
    const task = await this.gateway.views.task(idOf(id, 'TaskId'));
    if (task === undefined) throw new DaCapoError('TASK_NOT_FOUND', `No such task found by id: ${id}`);
    const { position } = await ask(
      this.gateway,
      this.gateway.commands.make('LogTask', task.workflowId, { taskId: id, log: text }),
    );
    void reply.header(positionHeader, position);
  }

  @Get(':taskId')
  @Header('content-type', jsonType)
  async one(@Param('taskId') id: string): Promise<string> {
    const task = await this.gateway.views.task(idOf(id, 'TaskId'));
    if (task === undefined) throw new DaCapoError('TASK_NOT_FOUND', `Task not found for taskId: ${id}`);
    return taskText(maskedTask(task, this.gateway.registry), this.gateway.registry);
  }

  @Post(':workflowId/:status/signal')
  @HttpCode(200)
  async signal(
    @Param('workflowId') id: string,
    @Param('status') text: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const status = statusOf(text, signalStatuses);
    const command = this.gateway.commands.make('SignalWorkflow', idOf(id, 'WorkflowId'), {
      status,
      output: redacted(outputOf(body), this.gateway.registry.secrets),
    });
    try {
      const { position } = await ask(this.gateway, command);
      void reply.header(positionHeader, position);
    } catch (error) {
      // Nothing waits for a signal: Conductor answers 200 to that.
      if (!(error instanceof DaCapoError) || error.code !== 'NOTHING_TO_SIGNAL') throw error;
    }
  }

  @Post(':workflowId/:taskRefName/:status')
  @HttpCode(200)
  async updateByReference(
    @Param('workflowId') id: string,
    @Param('taskRefName') reference: string,
    @Param('status') text: string,
    @Query() query: QueryValues,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const status = statusOf(text, resultStatuses);
    const output = redacted(outputOf(body), this.gateway.registry.secrets);
    const workerId = nameOf(query, 'workerid');
    const execution = await this.gateway.views.execution(idOf(id, 'WorkflowId'));
    if (execution === undefined) throw workflowMissing(id);
    const task = openTaskOf(execution.tasks, reference);
    if (task === undefined) return undefined;
    const { position } = await ask(
      this.gateway,
      taskResultCommand(this.gateway, resultFor(task, status, output, workerId)),
    );
    void reply.header(positionHeader, position);
    return task.taskId;
  }
}

function resultFor(
  task: TaskDocument,
  status: ResultStatus,
  output: Readonly<Record<string, unknown>>,
  workerId: string | undefined,
): Parameters<typeof taskResultCommand>[1] {
  const { workflowId: workflowInstanceId, taskId } = task;
  const worker = workerId ?? task.workerId;
  return {
    workflowInstanceId,
    taskId,
    status,
    output: { ...task.output, ...output },
    logs: [],
    callbackAfterSeconds: 0,
    extendLease: false,
    ...(worker === undefined || worker === '' ? {} : { workerId: worker }),
  };
}

function statusOf<const T extends readonly string[]>(text: string, statuses: T): T[number] {
  const status = statuses.find((each) => each === text.toUpperCase());
  if (status === undefined) throw invalid(`status must be one of ${statuses.join(', ')}, not '${text.slice(0, 100)}'`);
  return status;
}

function outputOf(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) return {};
  if (isObject(body)) return body;
  throw invalid('The output must be a JSON object');
}

function taskTypeOf(query: QueryValues): string {
  const type = nameOf(query, 'taskType');
  if (type === undefined) throw invalid('TaskType cannot be null or empty.');
  return type;
}

/** Poll and update: what workers call all day. */
import type { TaskDocument } from '@dacapo/contracts';
import { isBuiltIn } from '@dacapo/engine';
import type { PollRequest } from '@dacapo/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { DaCapoError, isDaCapoError } from '@dacapo/contracts';
import { invalid } from '../errors/request-error.js';
import { ask, type Gateway, positionHeader } from '../gateway.js';
import { hotRoute, parameter } from '../http/hot-route.js';
import { idOf } from '../http/path.js';
import { integerOf, nameOf, type QueryValues } from '../http/query.js';
import { sendJson, sendNothing, sendText } from '../http/reply.js';
import { limits } from '../limits.js';
import { parseTaskResult, type TaskResult, taskResultCommand } from './task-result.js';
import { taskText } from './to-task.js';

export function addTaskHotRoutes(instance: FastifyInstance, gateway: Gateway): void {
  hotRoute(instance, 'GET', '/api/tasks/poll/:taskType', async (request, reply) => {
    const [task] = await poll(gateway, reply, { ...pollerOf(request), count: 1, timeoutMs: limits.singlePollMs });
    if (task === undefined) sendNothing(reply);
    else sendJson(reply, taskText(task, gateway.registry));
  });
  hotRoute(instance, 'GET', '/api/tasks/poll/batch/:taskType', async (request, reply) => {
    const tasks = await poll(gateway, reply, batchOf(request));
    sendJson(reply, `[${tasks.map((task) => taskText(task, gateway.registry)).join(',')}]`);
  });
  hotRoute(instance, 'POST', '/api/tasks', async (request, reply) => {
    const result = parseTaskResult(request.body);
    const { position } = await ask(gateway, taskResultCommand(gateway, result));
    sendText(reply, result.taskId, position);
  });
  hotRoute(instance, 'POST', '/api/tasks/update-v2', (request, reply) => update(gateway, request, reply));
}

function pollerOf(request: FastifyRequest): Pick<PollRequest, 'queue' | 'domain' | 'workerId'> {
  const query = request.query as QueryValues;
  const domain = nameOf(query, 'domain', limits.domainCharacters);
  return {
    queue: idOf(parameter(request, 'taskType'), 'TaskType', limits.nameCharacters),
    workerId: nameOf(query, 'workerid') ?? '',
    ...(domain === undefined ? {} : { domain }),
  };
}

function batchOf(request: FastifyRequest): PollRequest {
  const query = request.query as QueryValues;
  const message = 'Long Poll Timeout value cannot be more than 5 seconds';
  const timeoutMs = integerOf(query, 'timeout', { max: limits.pollMs, message }) ?? limits.singlePollMs;
  const count = integerOf(query, 'count', { min: 0 }) ?? 1;
  if (timeoutMs < 0) throw invalid(`timeout must be at least 0, not ${timeoutMs}`);
  return { ...pollerOf(request), count, timeoutMs };
}

/**
 * Waits no longer than the client does. A task that was claimed for a client that has gone goes back to its queue at once.
 * Tasks of the server itself are nobody else's, whoever asks for them by their type.
 */
async function poll(gateway: Gateway, reply: FastifyReply, request: PollRequest): Promise<readonly TaskDocument[]> {
  if (request.count === 0 || isBuiltIn(request)) return [];
  const { raw } = reply;
  const tasks = await gateway.poller.poll(request, (abort) => void raw.once('close', abort));
  if (raw.closed) for (const task of tasks) handBack(gateway, task);
  return tasks;
}

function handBack(gateway: Gateway, { taskId, workflowId }: TaskDocument): void {
  const data = { taskId, callbackAfterSeconds: 0, handedBack: true };
  const command = gateway.commands.make('ProgressTask', workflowId, data);
  gateway.answers.ask(command).catch(() => {
    // Its lease ends, and then it is offered again: later, but not lost.
  });
}

/** The result, and the worker's next task in the same reply. */
async function update(gateway: Gateway, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const result = parseTaskResult(request.body);
  const { position } = await ask(gateway, taskResultCommand(gateway, result)).catch(withoutMissing);
  void reply.header(positionHeader, position);
  const next = await nextTask(gateway, result);
  if (next === undefined) sendNothing(reply);
  else sendJson(reply, taskText(next, gateway.registry));
}

/** Clients take a 404 on this route for "no such endpoint" and never come back to it (contract 1.2.3). */
function withoutMissing(error: unknown): never {
  if (isDaCapoError(error) && error.kind === 'missing') throw new DaCapoError('REQUEST_INVALID', error.message);
  throw error;
}

async function nextTask(gateway: Gateway, result: TaskResult): Promise<TaskDocument | undefined> {
  if (result.extendLease || result.status === 'IN_PROGRESS') return undefined;
  const task = await gateway.views.task(result.taskId);
  if (task?.queue === undefined || isBuiltIn(task)) return undefined;
  const { queue, domain } = task;
  const workerId = result.workerId ?? task.workerId ?? '';
  const [next] = await gateway.poller.poll({
    queue,
    workerId,
    count: 1,
    timeoutMs: 0,
    ...(domain === undefined ? {} : { domain }),
  });
  return next;
}

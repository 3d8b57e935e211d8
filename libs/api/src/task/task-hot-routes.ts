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
import { redactedResult } from '../mask/redact.js';
import { parseTaskResult, type TaskResult, taskResultCommand } from './task-result.js';
import { giveBack, handedOutTexts } from './hand-out.js';

export function addTaskHotRoutes(instance: FastifyInstance, gateway: Gateway): void {
  hotRoute(instance, 'GET', '/api/tasks/poll/:taskType', async (request, reply) => {
    const tasks = await poll(gateway, reply, { ...pollerOf(request), count: 1, timeoutMs: limits.singlePollMs });
    const [text] = await handedOutTexts(gateway, tasks);
    if (text === undefined) sendNothing(reply);
    else sendJson(reply, text);
  });
  hotRoute(instance, 'GET', '/api/tasks/poll/batch/:taskType', async (request, reply) => {
    const tasks = await poll(gateway, reply, batchOf(request));
    sendJson(reply, `[${(await handedOutTexts(gateway, tasks)).join(',')}]`);
  });
  hotRoute(instance, 'POST', '/api/tasks', async (request, reply) => {
    const result = redactedResult(parseTaskResult(request.body), gateway.registry.secrets);
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
  if (raw.closed) for (const task of tasks) giveBack(gateway, task, 0);
  return tasks;
}

/** The result, and the worker's next task in the same reply. */
async function update(gateway: Gateway, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const result = redactedResult(parseTaskResult(request.body), gateway.registry.secrets);
  const { position } = await ask(gateway, taskResultCommand(gateway, result)).catch(withoutMissing);
  void reply.header(positionHeader, position);
  const [text] = await handedOutTexts(gateway, await nextTask(gateway, result));
  if (text === undefined) sendNothing(reply);
  else sendJson(reply, text);
}

/** Clients take a 404 on this route for "no such endpoint" and never come back to it (contract 1.2.3). */
function withoutMissing(error: unknown): never {
  if (isDaCapoError(error) && error.kind === 'missing') throw new DaCapoError('REQUEST_INVALID', error.message);
  throw error;
}

async function nextTask(gateway: Gateway, result: TaskResult): Promise<readonly TaskDocument[]> {
  if (result.extendLease || result.status === 'IN_PROGRESS') return [];
  const task = await gateway.views.task(result.taskId);
  if (task?.queue === undefined || isBuiltIn(task)) return [];
  const { queue, domain } = task;
  const workerId = result.workerId ?? task.workerId ?? '';
  return gateway.poller.poll({
    queue,
    workerId,
    count: 1,
    timeoutMs: 0,
    ...(domain === undefined ? {} : { domain }),
  });
}

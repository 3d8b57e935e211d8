/** Start and read: the routes of `/api/workflow` that are called most. */
import { DaCapoError } from '@dacapo/contracts';
import type { Execution } from '@dacapo/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { invalid, violatedArgument } from '../errors/request-error.js';
import type { Gateway } from '../gateway.js';
import { hotRoute, parameter } from '../http/hot-route.js';
import { idOf } from '../http/path.js';
import { flagOf, integerOf, nameOf, type QueryValues } from '../http/query.js';
import { sendJson, sendText } from '../http/reply.js';
import { Fields, isObject } from '../json/fields.js';
import { limits } from '../limits.js';
import {
  idempotencyOf,
  parseStartRequest,
  priorityMax,
  type StartOptions,
  type StartRequest,
} from './start-request.js';
import { startWorkflow } from './start-workflow.js';
import { workflowText } from './to-workflow.js';

export function addWorkflowHotRoutes(instance: FastifyInstance, gateway: Gateway): void {
  const start = async (reply: FastifyReply, request: StartRequest, options?: StartOptions): Promise<void> => {
    const { workflowId, position } = await startWorkflow(gateway, request, options);
    sendText(reply, workflowId, position);
  };
  hotRoute(instance, 'POST', '/api/workflow', async (request, reply) =>
    start(reply, parseStartRequest(request.body, gateway.registry.environmentNames)),
  );
  hotRoute(instance, 'POST', '/api/workflow/:name', async (request, reply) => {
    const named = namedStart(request);
    const missing = `No such workflow found by name: ${named.name}, version: ${named.version ?? null}`;
    await start(reply, named, { missing });
  });
  hotRoute(instance, 'GET', '/api/workflow/:workflowId', async (request, reply) => {
    const workflowId = idOf(parameter(request, 'workflowId'), 'WorkflowId');
    const query = request.query as QueryValues;
    const at = integerOf(query, 'at', { min: 1 });
    const text = await read(gateway, { workflowId, at, withTasks: flagOf(query, 'includeTasks', true) });
    sendJson(reply, text);
  });
}

/** The map-bodied start: everything but the input stands in the URL. */
function namedStart(request: FastifyRequest): StartRequest {
  const { body } = request;
  const query = request.query as QueryValues;
  if (body === undefined || body === null) throw invalid('NULL input passed when starting workflow');
  if (!isObject(body)) throw invalid('The input must be a JSON object');
  const name = idOf(parameter(request, 'name'), 'Workflow name', limits.nameCharacters);
  const version = integerOf(query, 'version');
  const correlationId = nameOf(query, 'correlationId');
  const idempotency = idempotencyOfHeaders(request);
  return {
    name,
    input: body,
    priority: priorityOf(query),
    ...(version === undefined ? {} : { version }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(idempotency === undefined ? {} : { idempotency }),
  };
}

/** As the JavaScript client sends them. */
function idempotencyOfHeaders({ headers }: FastifyRequest): StartRequest['idempotency'] {
  const fields = new Fields({
    idempotencyKey: headers['x-idempotency-key'],
    idempotencyStrategy: headers['x-on-conflict'],
  });
  const idempotency = idempotencyOf(fields);
  fields.end();
  return idempotency;
}

function priorityOf(query: QueryValues): number {
  const priority = integerOf(query, 'priority') ?? 0;
  if (priority < 0) throw violatedArgument('startWorkflow.priority', '0 is the minimum priority value');
  if (priority > priorityMax) throw violatedArgument('startWorkflow.priority', '99 is the maximum priority value');
  return priority;
}

interface Wanted {
  readonly workflowId: string;
  /** As of this event; now when absent. */
  readonly at: number | undefined;
  readonly withTasks: boolean;
}

async function read(gateway: Gateway, { workflowId, at, withTasks }: Wanted): Promise<string> {
  const { registry, views } = gateway;
  if (withTasks || at !== undefined) {
    const execution = at === undefined ? await views.execution(workflowId) : await executionAt(gateway, workflowId, at);
    if (execution === undefined) throw workflowMissing(workflowId);
    return workflowText(withTasks ? execution : { workflow: execution.workflow }, registry, Date.now());
  }
  const workflow = await views.workflow(workflowId);
  if (workflow === undefined) throw workflowMissing(workflowId);
  return workflowText({ workflow }, registry, Date.now());
}

async function executionAt({ views }: Gateway, workflowId: string, at: number): Promise<Execution> {
  const execution = await views.at(workflowId, at);
  if (execution !== undefined) return execution;
  const workflow = await views.workflow(workflowId);
  if (workflow === undefined) throw workflowMissing(workflowId);
  throw new DaCapoError(
    'WORKFLOW_NOT_FOUND',
    `Workflow ${workflowId} has no event ${at}: its last one is ${workflow.seq}`,
  );
}

export function workflowMissing(workflowId: string): DaCapoError {
  return new DaCapoError('WORKFLOW_NOT_FOUND', `No such workflow found by id: ${workflowId}`);
}

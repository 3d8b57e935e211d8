/**
 * A start and its answer. A request with an idempotency key gets a workflow id that is derived from its name and key, so that the engine
 * itself, which starts an id only once, decides between two that come at the same time (contract 5.1).
 */
import { hash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { type CommandNamed, DaCapoError, deriveId, isDaCapoError, type WorkflowDocument } from '@dacapo/contracts';
import { canonicalJson, type IdempotencyStrategy } from '@dacapo/definitions';

import { ask, type Gateway } from '../gateway.js';
import { limits } from '../limits.js';
import { type Idempotency, startCommand, type StartOptions, type StartRequest } from './start-request.js';

export interface Started {
  readonly workflowId: string;
  /** Absent when it had been started before. */
  readonly position?: string;
}

export async function startWorkflow(
  gateway: Gateway,
  request: StartRequest,
  options: StartOptions = {},
): Promise<Started> {
  if (request.idempotency !== undefined) return startOnce(gateway, request, request.idempotency, options);
  const command = await startCommand(gateway, request, options);
  const { position } = await ask(gateway, command);
  await verdictOf(gateway, command);
  await gateway.settling.whenSettled(command.workflowId, limits.settlingMs);
  return { workflowId: command.workflowId, position };
}

async function startOnce(
  gateway: Gateway,
  request: StartRequest,
  { key, strategy }: Idempotency,
  options: StartOptions,
): Promise<Started> {
  const command = await startCommand(gateway, request, options);
  for (let round = 0; round < limits.idempotencyRounds; round++) {
    const workflowId = idempotentId(command.data.name, key, round);
    const { id } = round === 0 ? command : { id: gateway.commands.nextId() };
    try {
      const { position } = await ask(gateway, { ...command, id, workflowId });
      await verdictOf(gateway, { ...command, workflowId });
      await gateway.settling.whenSettled(workflowId, limits.settlingMs);
      return { workflowId, position };
    } catch (error) {
      if (!isDaCapoError(error) || error.code !== 'WORKFLOW_ALREADY_EXISTS') throw error;
    }
    const existing = await gateway.views.workflow(workflowId);
    if (existing !== undefined && strategy === 'FAIL_ON_RUNNING' && existing.endTime !== undefined) continue;
    const latest = existing && (await latestOf(gateway, existing, key, round));
    if (latest === undefined || !mayReturn(gateway, request, latest, strategy)) throw conflict(workflowId, key);
    return { workflowId: latest.workflowId };
  }
  throw new DaCapoError('WORKFLOW_ALREADY_EXISTS', `The idempotency key '${key}' has been used too often`);
}

/** FAIL_ON_RUNNING may have started others with the key since. */
async function latestOf(
  gateway: Gateway,
  existing: WorkflowDocument,
  key: string,
  round: number,
): Promise<WorkflowDocument> {
  if (existing.endTime === undefined) return existing;
  const next = await gateway.views.workflow(idempotentId(existing.name, key, round + 1));
  return next === undefined ? existing : latestOf(gateway, next, key, round + 1);
}

/** A definition may refuse what it has no permit for (`rateLimitConfig`, REJECT): the caller hears of that, if it is known in time. */
async function verdictOf(
  { registry, views }: Gateway,
  { workflowId, data }: CommandNamed<'StartWorkflow'>,
): Promise<void> {
  if (registry.content(data.definition)?.rateLimitConfig?.policy !== 'REJECT') return;
  const until = Date.now() + limits.verdictMs;
  let workflow = await views.workflow(workflowId);
  while (workflow?.rateLimited === true && workflow.endTime === undefined && Date.now() < until) {
    await setTimeout(limits.verdictLookMs);
    workflow = await views.workflow(workflowId);
  }
  // It keeps the mark when it ends without ever having had a permit.
  if (workflow?.rateLimited === true && workflow.status === 'FAILED')
    throw new DaCapoError('PERMIT_REFUSED', workflow.reason ?? '');
}

/** `round`: how many workflows with this key have ended before; only FAIL_ON_RUNNING counts. */
export function idempotentId(name: string, key: string, round = 0): string {
  return deriveId((text) => hash('sha256', text, 'base64url'), '', 'idempotency', name, key, round);
}

function mayReturn(
  { registry }: Gateway,
  { input, version, correlationId }: StartRequest,
  existing: WorkflowDocument,
  strategy: IdempotencyStrategy | undefined,
): boolean {
  if (strategy !== undefined) return strategy === 'RETURN_EXISTING';
  const template = registry.content(existing.definition)?.inputTemplate ?? {};
  const wanted = Object.keys(input).length === 0 ? input : { ...template, ...input };
  return (
    (version === undefined || version === existing.version) &&
    correlationId === existing.correlationId &&
    canonicalJson(wanted) === canonicalJson(existing.input)
  );
}

function conflict(workflowId: string, key: string): DaCapoError {
  return new DaCapoError(
    'WORKFLOW_ALREADY_EXISTS',
    `Workflow ${workflowId} was started with the idempotency key '${key}' already`,
  );
}

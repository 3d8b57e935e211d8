/** Conductor's StartWorkflowRequest (contract 3.5, 5.1): from JSON to a command. */
import { type CommandNamed, DaCapoError, type JsonObject } from '@dacapo/contracts';
import { type IdempotencyStrategy, parseWorkflowDef, type WorkflowDef } from '@dacapo/definitions';
import type { GatewayRuntime } from '@dacapo/runtime';

import { invalid, violated } from '../errors/request-error.js';
import { Fields, objectOf } from '../json/fields.js';
import { limits } from '../limits.js';
import { type CommandOptions, withIdentity } from '../task/task-result.js';
import { uuidV7 } from '../uuid-v7.js';

export const priorityMax = 99;

export interface StartRequest {
  /** Empty only with an inline definition that has no name of its own either. */
  readonly name: string;
  /** The latest when absent. */
  readonly version?: number;
  readonly correlationId?: string;
  readonly input: JsonObject;
  readonly taskToDomain?: Readonly<Record<string, string>>;
  readonly workflowDef?: WorkflowDef;
  readonly priority?: number;
  readonly idempotency?: Idempotency;
}

export interface Idempotency {
  readonly key: string;
  /** Absent: the first answer again for the same request, and a conflict for another one. */
  readonly strategy?: IdempotencyStrategy;
}

const strategies = ['FAIL', 'RETURN_EXISTING', 'FAIL_ON_RUNNING'] as const;

/** Throws InvalidRequest with Conductor's messages. `environmentNames`: what `${NAME}` may take in an inline definition. */
export function parseStartRequest(value: unknown, environmentNames?: ReadonlySet<string>): StartRequest {
  if (value === undefined || value === null) throw invalid('StartWorkflowRequest cannot be null');
  const fields = new Fields(objectOf(value, 'StartWorkflowRequest'));
  const name = fields.text('name');
  const hasDefinition = fields.has('workflowDef');
  if (!fields.has('name') && !hasDefinition) fields.refuse('name', 'Workflow name cannot be null or empty');
  if (fields.text('externalInputPayloadStoragePath'))
    fields.refuse('externalInputPayloadStoragePath', 'External payload storage is not available: send input');
  const version = fields.integer('version');
  const correlationId = fields.text('correlationId');
  const taskToDomain = fields.texts('taskToDomain');
  const priority = priorityOf(fields);
  const idempotency = idempotencyOf(fields);
  const input = fields.map('input') ?? {};
  fields.end();
  if (fields.isNull('input')) throw invalid('NULL input passed when starting workflow');
  const workflowDef = hasDefinition ? definitionOf(fields.value('workflowDef'), environmentNames) : undefined;
  if (workflowDef === undefined && name?.trim() === '')
    throw invalid('Workflow name must be specified when searching for a definition');
  return {
    name: name ?? '',
    input,
    ...(version === undefined ? {} : { version }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(taskToDomain === undefined || Object.keys(taskToDomain).length === 0 ? {} : { taskToDomain }),
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(workflowDef === undefined ? {} : { workflowDef }),
    ...(idempotency === undefined ? {} : { idempotency }),
  };
}

export function idempotencyOf(fields: Fields): Idempotency | undefined {
  const key = fields.text('idempotencyKey');
  const strategy = fields.oneOf('idempotencyStrategy', strategies);
  if (key === undefined || key === '') return undefined;
  if (key.length > limits.nameCharacters)
    fields.refuse('idempotencyKey', `idempotencyKey must not be longer than ${limits.nameCharacters} characters`);
  return { key, ...(strategy === undefined ? {} : { strategy }) };
}

function priorityOf(fields: Fields): number | undefined {
  const priority = fields.integer('priority');
  if (priority !== undefined && priority < 0) fields.refuse('priority', `priority: ${priority} should be minimum 0`);
  if (priority !== undefined && priority > priorityMax)
    fields.refuse('priority', `priority: ${priority} should be maximum ${priorityMax}`);
  return priority;
}

function definitionOf(value: unknown, environmentNames: ReadonlySet<string> | undefined): WorkflowDef {
  const parsed = parseWorkflowDef(value, environmentNames === undefined ? {} : { environmentNames });
  if (parsed.ok) return parsed.value;
  throw violated(
    parsed.violations.map((violation) => ({
      ...violation,
      path: violation.path === '' ? 'workflowDef' : `workflowDef.${violation.path}`,
    })),
    'DEFINITION_INVALID',
  );
}

export interface StartOptions extends CommandOptions {
  /** A new one when absent. */
  readonly workflowId?: string;
  /** What to say when there is no such definition. */
  readonly missing?: string;
}

/** The command that a request stands for, with its definition looked up. Throws DEFINITION_NOT_FOUND. */
export async function startCommand(
  gateway: Pick<GatewayRuntime, 'commands' | 'registry'>,
  request: StartRequest,
  options: StartOptions = {},
): Promise<CommandNamed<'StartWorkflow'>> {
  const { name, version, digest } = await definitionFor(gateway, request, options.missing);
  const { input, correlationId, taskToDomain, priority, idempotency } = request;
  const environment = gateway.registry.environmentFor(digest);
  const command = gateway.commands.make('StartWorkflow', options.workflowId ?? uuidV7(), {
    definition: digest,
    name,
    version,
    input,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(taskToDomain === undefined ? {} : { taskToDomain }),
    ...(priority === undefined ? {} : { priority }),
    ...(idempotency === undefined ? {} : { idempotencyKey: idempotency.key }),
    ...(environment === undefined ? {} : { environment }),
  });
  return withIdentity(command, options);
}

async function definitionFor(
  { registry }: Pick<GatewayRuntime, 'registry'>,
  { name, version, workflowDef }: StartRequest,
  missing: string | undefined,
): Promise<{ readonly name: string; readonly version: number; readonly digest: string }> {
  if (workflowDef !== undefined) {
    const digest = await registry.digestOf(workflowDef);
    return { name: workflowDef.name, version: workflowDef.version, digest };
  }
  const found = await registry.snapshotOf(name, version);
  if (found !== undefined) return { name, ...found };
  throw new DaCapoError(
    'DEFINITION_NOT_FOUND',
    missing ?? `No such workflow defined. name=${name}, version=${version ?? null}`,
  );
}

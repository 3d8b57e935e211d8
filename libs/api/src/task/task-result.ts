/** Conductor's TaskResult (contract 3.5, 5.6): from JSON to a command. */
import type { Command, CommandNamed, JsonObject, TaskLog } from '@dacapo/contracts';
import type { CommandFactory } from '@dacapo/runtime';

import { invalid } from '../errors/request-error.js';
import { Fields, isObject, objectOf } from '../json/fields.js';
import { limits } from '../limits.js';

export const resultStatuses = ['IN_PROGRESS', 'FAILED', 'FAILED_WITH_TERMINAL_ERROR', 'COMPLETED', 'CANCELED'] as const;
export type ResultStatus = (typeof resultStatuses)[number];

export interface TaskResult {
  readonly workflowInstanceId: string;
  readonly taskId: string;
  /** Absent only with `extendLease`. */
  readonly status?: ResultStatus;
  readonly output: JsonObject;
  readonly logs: readonly TaskLog[];
  readonly reasonForIncompletion?: string;
  readonly workerId?: string;
  readonly callbackAfterSeconds: number;
  readonly extendLease: boolean;
}

/** Throws InvalidRequest with Conductor's messages. `now`: for log lines without a time. */
export function parseTaskResult(value: unknown, now: number = Date.now()): TaskResult {
  if (value === undefined || value === null) throw invalid('TaskResult cannot be null or empty.');
  const fields = new Fields(objectOf(value, 'TaskResult'));
  const extendLease = fields.flag('extendLease');
  const status = fields.oneOf('status', resultStatuses);
  if (!fields.has('status') && !extendLease) fields.refuse('status', 'Status cannot be null.');
  if (fields.text('externalOutputPayloadStoragePath'))
    fields.refuse('externalOutputPayloadStoragePath', 'External payload storage is not available: send outputData');
  const reason = fields.text('reasonForIncompletion');
  const workerId = fields.text('workerId');
  if ((workerId?.length ?? 0) > limits.nameCharacters)
    fields.refuse('workerId', `workerId must not be longer than ${limits.nameCharacters} characters`);
  const result: TaskResult = {
    workflowInstanceId: fields.requiredText('workflowInstanceId', 'Workflow Id cannot be null or empty'),
    taskId: fields.requiredText('taskId', 'Task ID cannot be null or empty'),
    ...(status === undefined ? {} : { status }),
    output: fields.map('outputData') ?? {},
    logs: logsOf(fields, now),
    ...(reason === undefined ? {} : { reasonForIncompletion: reason.slice(0, limits.reasonCharacters) }),
    ...(workerId === undefined || workerId === '' ? {} : { workerId }),
    callbackAfterSeconds: Math.max(0, fields.integer('callbackAfterSeconds') ?? 0),
    extendLease,
  };
  fields.end();
  return result;
}

export interface CommandOptions {
  /** The command's id, when the sender may send it twice. */
  readonly id?: string;
  readonly repeatable?: true;
}

/** The command that a result stands for. */
export function taskResultCommand(
  gateway: { readonly commands: Pick<CommandFactory, 'make'> },
  result: TaskResult,
  options: CommandOptions = {},
): Command {
  return withIdentity(commandOf(gateway.commands, result), options);
}

export function withIdentity<T extends Command>(command: T, { id, repeatable }: CommandOptions): T {
  return { ...command, ...(id === undefined ? {} : { id }), ...(repeatable === undefined ? {} : { repeatable }) };
}

function commandOf(commands: Pick<CommandFactory, 'make'>, result: TaskResult): Command {
  const { workflowInstanceId, taskId, status, callbackAfterSeconds } = result;
  if (result.extendLease || status === undefined)
    return commands.make('ExtendTaskLease', workflowInstanceId, { taskId });
  const data = dataOf(result);
  switch (status) {
    case 'COMPLETED':
      return commands.make('CompleteTask', workflowInstanceId, data);
    case 'FAILED':
      return commands.make('FailTask', workflowInstanceId, data);
    case 'FAILED_WITH_TERMINAL_ERROR':
      return commands.make('FailTask', workflowInstanceId, { ...data, terminal: true });
    case 'CANCELED':
      return commands.make('CancelTask', workflowInstanceId, data);
    case 'IN_PROGRESS':
      return commands.make('ProgressTask', workflowInstanceId, { ...data, callbackAfterSeconds });
    default:
      return status satisfies never;
  }
}

function dataOf({
  taskId,
  output,
  workerId,
  reasonForIncompletion,
  logs,
}: TaskResult): CommandNamed<'CompleteTask'>['data'] {
  return {
    taskId,
    output,
    ...(workerId === undefined ? {} : { workerId }),
    ...(reasonForIncompletion === undefined ? {} : { reasonForIncompletion }),
    ...(logs.length === 0 ? {} : { logs }),
  };
}

function logsOf(fields: Fields, now: number): readonly TaskLog[] {
  const logs: TaskLog[] = [];
  for (const [index, item] of (fields.list('logs') ?? []).entries()) {
    const log = isObject(item) && Object.hasOwn(item, 'log') ? item['log'] : item;
    if (typeof log !== 'string' || log.length > limits.logCharacters) {
      fields.refuse('logs', `logs[${index}].log must be a text of at most ${limits.logCharacters} characters`);
      continue;
    }
    const time = isObject(item) ? item['createdTime'] : undefined;
    logs.push({ log, createdTime: typeof time === 'number' && Number.isSafeInteger(time) && time > 0 ? time : now });
  }
  return logs;
}

/** What a record of `inbox` asks for, as a command. Its id comes from the record's, so that the same record twice has one effect. */
import {
  parseStartRequest,
  parseTaskResult,
  redacted,
  redactedResult,
  startCommand,
  taskResultCommand,
} from '@dacapo/api';
import { type Command, DaCapoError, type Hash, inboxWorkflowId } from '@dacapo/contracts';
import type { GatewayRuntime } from '@dacapo/runtime';

import { limits } from '../limits.js';
import type { InboxRecord } from './inbox-record.js';

const prefix = 'inbox:';

/** Throws DaCapoError when the record cannot become a command, for example because there is no such definition. */
export async function commandOf(
  record: InboxRecord,
  gateway: Pick<GatewayRuntime, 'commands' | 'registry'>,
  hash: Hash,
): Promise<Command> {
  const header = { version: 1, id: `${prefix}${record.id}`, repeatable: true } as const;
  switch (record.type) {
    case 'StartWorkflow': {
      const workflowId = workflowIdOf(record.request['workflowId']) ?? inboxWorkflowId(record.id, hash);
      const { id, repeatable } = header;
      return startCommand(gateway, parseStartRequest(record.request, gateway.registry.environmentNames), {
        id,
        repeatable,
        workflowId,
      });
    }
    case 'StartTask': {
      const { workflowInstanceId, taskId, workerId } = record;
      return { ...header, type: 'StartTask', workflowId: workflowInstanceId, data: { taskId, workerId } };
    }
    case 'UpdateTask': {
      const { id, repeatable } = header;
      const result = redactedResult(parseTaskResult(record.result), gateway.registry.secrets);
      return taskResultCommand(gateway, result, { id, repeatable });
    }
    case 'SignalWorkflow': {
      const { workflowId, status, output } = record;
      return {
        ...header,
        type: 'SignalWorkflow',
        workflowId,
        data: { status, output: redacted(output, gateway.registry.secrets) },
      };
    }
    default:
      return record satisfies never;
  }
}

/** The id of the inbox record that a command stands for; undefined when it came from elsewhere. */
export function inboxRecordId(commandId: string): string | undefined {
  return commandId.startsWith(prefix) ? commandId.slice(prefix.length) : undefined;
}

function workflowIdOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= limits.idCharacters) return value;
  throw new DaCapoError('REQUEST_INVALID', `workflowId must be a text of at most ${limits.idCharacters} characters`);
}

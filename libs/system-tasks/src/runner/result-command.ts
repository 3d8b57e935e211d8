/** A result as the command that reports it. Pure, apart from the command's id. */
import type { Command } from '@dacapo/contracts';
import type { CommandFactory } from '@dacapo/runtime';

import type { BuiltInResult, TaskToRun } from '../built-in-task.js';

export function resultCommand(
  commands: Pick<CommandFactory, 'make'>,
  { taskId, workflowId }: Pick<TaskToRun, 'taskId' | 'workflowId'>,
  { status, output, reasonForIncompletion, callbackAfterSeconds, isHandedBack }: BuiltInResult,
  workerId: string,
): Command {
  const data = {
    taskId,
    workerId,
    ...(output === undefined ? {} : { output }),
    ...(reasonForIncompletion === undefined ? {} : { reasonForIncompletion }),
  };
  switch (status) {
    case 'COMPLETED':
      return commands.make('CompleteTask', workflowId, data);
    case 'FAILED':
      return commands.make('FailTask', workflowId, data);
    case 'FAILED_WITH_TERMINAL_ERROR':
      return commands.make('FailTask', workflowId, { ...data, terminal: true });
    case 'IN_PROGRESS':
      return commands.make('ProgressTask', workflowId, {
        ...data,
        ...(callbackAfterSeconds === undefined ? {} : { callbackAfterSeconds }),
        ...(isHandedBack === true ? { handedBack: true } : {}),
      });
    default:
      return status satisfies never;
  }
}

import { CommandFactory } from '@dacapo/runtime';

import { parseTaskResult, resultStatuses, taskResultCommand } from './task-result.js';

const gateway = { commands: new CommandFactory('test') };
const ids = { workflowInstanceId: 'w', taskId: 't' };

function commandOf(changes: object): object {
  return taskResultCommand(gateway, parseTaskResult({ ...ids, ...changes }, 42));
}

describe('a task result', () => {
  it.each([
    ['COMPLETED', 'CompleteTask', {}],
    ['FAILED', 'FailTask', {}],
    ['FAILED_WITH_TERMINAL_ERROR', 'FailTask', { terminal: true }],
    ['CANCELED', 'CancelTask', {}],
    ['IN_PROGRESS', 'ProgressTask', { callbackAfterSeconds: 0 }],
  ])('%s becomes %s', (status, type, data) => {
    expect(commandOf({ status })).toMatchObject({ type, workflowId: 'w', data: { taskId: 't', output: {}, ...data } });
  });

  it('covers every status', () => {
    for (const status of resultStatuses) expect(commandOf({ status })).toHaveProperty('type');
  });

  it('that extends the lease carries nothing else', () => {
    const command = commandOf({ extendLease: true, status: 'COMPLETED', outputData: { a: 1 } });
    expect(command).toMatchObject({ type: 'ExtendTaskLease', data: { taskId: 't' } });
  });

  it('carries only what has a name', () => {
    const result = {
      status: 'COMPLETED',
      outputData: { a: null },
      workerId: 'me',
      reasonForIncompletion: 'x'.repeat(600),
      logs: [{ log: 'one', createdTime: 7, taskId: 'other' }, 'two'],
      callbackAfterSeconds: '5',
      terminal: true,
      color: 'red',
    };
    expect(commandOf(result)).toMatchObject({ type: 'CompleteTask' });
    expect((commandOf(result) as { data: object }).data).toEqual({
      taskId: 't',
      output: { a: null },
      workerId: 'me',
      reasonForIncompletion: 'x'.repeat(500),
      logs: [
        { log: 'one', createdTime: 7 },
        { log: 'two', createdTime: 42 },
      ],
    });
  });

  it('gets the id of its record when it may be sent again', () => {
    const command = taskResultCommand(gateway, parseTaskResult({ ...ids, status: 'FAILED' }), {
      id: 'r1',
      repeatable: true,
    });
    expect(command).toMatchObject({ id: 'r1', repeatable: true });
  });

  it('without ids has Conductor’s two messages', () => {
    expect(violationsOf({ status: 'COMPLETED' })).toEqual([
      { path: 'workflowInstanceId', message: 'Workflow Id cannot be null or empty' },
      { path: 'taskId', message: 'Task ID cannot be null or empty' },
    ]);
  });

  it.each([
    [{ ...ids }, 'Status cannot be null.'],
    [{ ...ids, status: 'DONE' }, 'status must be one of'],
    [{ ...ids, status: 'FAILED', logs: [{ log: 5 }] }, 'logs[0].log must be a text'],
    [{ ...ids, status: 'FAILED', callbackAfterSeconds: 'soon' }, 'callbackAfterSeconds must be a number'],
    [{ ...ids, status: 'FAILED', externalOutputPayloadStoragePath: 'p' }, 'External payload storage is not available'],
  ])('%j is refused', (value, message) => {
    expect(violationsOf(value)).toEqual([
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    ]);
  });

  it.each([undefined, null, [], 'x', 5])('%j is no result', (value) => {
    expect(() => parseTaskResult(value)).toThrow(/TaskResult/);
  });
});

function violationsOf(value: unknown): unknown {
  try {
    parseTaskResult(value);
  } catch (error) {
    return (error as { violations: unknown }).violations;
  }
  return undefined;
}

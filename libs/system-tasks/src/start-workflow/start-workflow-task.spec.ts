import type { JsonObject } from '@dacapo/contracts';

import type { BuiltInResult } from '../built-in-task.js';
import { limits } from '../limits.js';
import { aTaskToRun } from '../testing/tasks.js';
import { type StartOutcome, StartWorkflowTask } from './start-workflow-task.js';

const asked: JsonObject[] = [];

beforeEach(() => void (asked.length = 0));

function run(
  input: JsonObject,
  outcome: StartOutcome = { kind: 'started', workflowId: 'w2' },
  pollCount = 1,
): Promise<BuiltInResult> {
  const task = new StartWorkflowTask((request, { taskId, workflowId }) => {
    expect({ taskId, workflowId }).toEqual({ taskId: 'task-1', workflowId: 'workflow-1' });
    asked.push(request);
    return Promise.resolve(outcome);
  });
  return task.execute(aTaskToRun(input, { pollCount }));
}

describe('START_WORKFLOW', () => {
  it('gives the id of the workflow', async () => {
    const startWorkflow = { name: 'other', input: { a: 1 }, correlationId: 'c1', taskToDomain: { '*': 'blue' } };
    expect(await run({ startWorkflow })).toEqual({ status: 'COMPLETED', output: { workflowId: 'w2' } });
    expect(asked).toEqual([startWorkflow]);
  });

  it('starts it with no input when the request leaves it out', async () => {
    await run({ startWorkflow: { name: 'other' } });
    await run({ startWorkflow: { name: 'other', input: null } });
    expect(asked).toEqual([
      { name: 'other', input: {} },
      { name: 'other', input: null },
    ]);
  });

  it.each([
    [{}, "Missing 'startWorkflow' in input data."],
    [{ startWorkflow: null }, "Missing 'startWorkflow' in input data."],
    [{ startWorkflow: 'x' }, 'Error reading StartWorkflowRequest. It must be a map'],
  ])('asks nobody for %j', async (input, reasonForIncompletion) => {
    expect(await run(input)).toEqual({ status: 'FAILED', reasonForIncompletion, output: {} });
    expect(asked).toEqual([]);
  });

  it.each<[StartOutcome, string]>([
    [
      {
        kind: 'invalid',
        violations: [
          { path: 'name', message: 'no' },
          { path: 'priority', message: 'too high' },
        ],
      },
      "startWorkflow validation failed. 'name' -> no. 'priority' -> too high. ",
    ],
    [{ kind: 'unreadable', message: 'no' }, 'Error reading StartWorkflowRequest. no'],
    [{ kind: 'refused', message: 'no' }, 'no'],
  ])('fails for %j', async (outcome, reasonForIncompletion) => {
    expect(await run({ startWorkflow: { name: 'x' } }, outcome)).toMatchObject({
      status: 'FAILED',
      reasonForIncompletion,
    });
  });

  it('believes at the second time that there is no such definition', async () => {
    const outcome: StartOutcome = { kind: 'missing', message: 'No such workflow defined. name=x, version=1' };
    expect(await run({ startWorkflow: { name: 'x' } }, outcome)).toEqual({
      status: 'IN_PROGRESS',
      callbackAfterSeconds: limits.definitionSettleSeconds,
    });
    expect(await run({ startWorkflow: { name: 'x' } }, outcome, 2)).toMatchObject({
      status: 'FAILED',
      reasonForIncompletion: outcome.message,
    });
  });

  it('comes again when a server is away', async () => {
    expect(await run({ startWorkflow: { name: 'x' } }, { kind: 'away' })).toEqual({
      status: 'IN_PROGRESS',
      callbackAfterSeconds: limits.startRetrySeconds,
    });
  });
});

import type { JsonObject } from '@dacapo/contracts';
import { aWorkflow } from '@dacapo/ports-testing';

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
  const task = new StartWorkflowTask({
    start: (request, { taskId, workflowId }) => {
      expect({ taskId, workflowId }).toEqual({ taskId: 'task-1', workflowId: 'workflow-1' });
      asked.push(request);
      return Promise.resolve(outcome);
    },
    workflow: (id) => Promise.resolve({ ...aWorkflow(id), correlationId: 'caller', taskToDomain: { '*': 'blue' } }),
  });
  return task.execute(aTaskToRun(input, { pollCount }));
}

describe('START_WORKFLOW', () => {
  it('gives the id of the workflow, and takes what is missing from the caller', async () => {
    const startWorkflow = { name: 'other', input: { a: 1 } };
    expect(await run({ startWorkflow })).toEqual({ status: 'COMPLETED', output: { workflowId: 'w2' } });
    expect(asked).toEqual([{ ...startWorkflow, correlationId: 'caller', taskToDomain: { '*': 'blue' } }]);
  });

  it('lets the request`s own win', async () => {
    const startWorkflow = { name: 'other', input: null, correlationId: 'own', taskToDomain: {} };
    await run({ startWorkflow });
    expect(asked).toEqual([startWorkflow]);
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

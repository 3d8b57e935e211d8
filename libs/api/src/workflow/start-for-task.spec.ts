import { DaCapoError, type JsonObject } from '@dacapo/contracts';
import { parseWorkflowDef } from '@dacapo/definitions';
import { sha256 } from '@dacapo/ports-testing';
import type { StartOutcome } from '@dacapo/system-tasks';

import { startTestServer, type TestServer } from '../testing/test-server.js';
import { startForTask } from './start-for-task.js';

describe('a start by a task', () => {
  let server: TestServer;
  let tasks = 0;

  beforeAll(async () => {
    server = await startTestServer();
    const workflow = { name: 'wf', version: 1, tasks: [{ name: 'a', taskReferenceName: 'a', type: 'SIMPLE' }] };
    const parsed = parseWorkflowDef(workflow);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    await server.gateway.registry.putWorkflowDefs([parsed.value]);
  });

  afterAll(() => server.close());

  const task = { workflowId: 'caller', taskId: 'task-0' };
  const start = (request: JsonObject, by = { ...task, taskId: `task-${++tasks}` }): Promise<StartOutcome> =>
    startForTask(server.gateway, sha256)(request, by);

  it('starts a workflow with what the request says', async () => {
    const request = { name: 'wf', input: { a: 1 }, correlationId: 'c', priority: 3, taskToDomain: { a: 'blue' } };
    const outcome = await start(request);
    expect(outcome.kind).toBe('started');
    const workflowId = outcome.kind === 'started' ? outcome.workflowId : '';
    const { name, ...expected } = request;
    expect(await server.gateway.views.workflow(workflowId)).toMatchObject({ name, status: 'RUNNING', ...expected });
  });

  it('finds the workflow of the first call when the same task comes again', async () => {
    const request = { name: 'wf', input: {} };
    const first = await start(request, task);
    expect(await start(request, task)).toEqual(first);
    expect(await start(request)).not.toEqual(first);
  });

  it('keeps the promise of an idempotency key', async () => {
    const request = { name: 'wf', input: {}, idempotencyKey: 'k', idempotencyStrategy: 'RETURN_EXISTING' };
    expect(await start(request)).toEqual(await start(request));
  });

  it.each<[JsonObject, StartOutcome]>([
    [
      { name: 'none', input: {} },
      { kind: 'missing', message: 'No such workflow defined. name=none, version=null' },
    ],
    [
      { name: 'wf', input: {}, version: 9 },
      { kind: 'missing', message: 'No such workflow defined. name=wf, version=9' },
    ],
    [
      { input: {} },
      { kind: 'invalid', violations: [{ path: 'name', message: 'Workflow name cannot be null or empty' }] },
    ],
    [
      { name: 'wf', input: null },
      { kind: 'unreadable', message: 'NULL input passed when starting workflow' },
    ],
  ])('tells what is wrong with %j', async (request, outcome) => {
    expect(await start(request)).toMatchObject(outcome);
  });

  it('tells when nobody knows what came of it, and does not hide a defect', async () => {
    const failing = (error: Error): Promise<StartOutcome> => {
      const gateway = Object.create(server.gateway, {
        answers: { value: { ask: () => Promise.reject(error) } },
      }) as typeof server.gateway;
      return startForTask(gateway, sha256)({ name: 'wf', input: {} }, task);
    };
    expect(await failing(new DaCapoError('ANSWER_LATE', 'later'))).toEqual({ kind: 'away' });
    await expect(failing(new Error('a defect'))).rejects.toThrow('a defect');
  });
});

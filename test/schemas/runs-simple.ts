/** Tasks of the engine and of the server's executors: a script for the sandbox, a message, a TRY that catches and one that is opened again. */
import type { Engine } from './engine.js';

const task = (type: string, reference: string, fields: object = {}): object => ({
  name: reference,
  taskReferenceName: reference,
  type,
  ...fields,
});

const workflowDef = (name: string, tasks: readonly object[]): object => ({ name, version: 1, schemaVersion: 2, tasks });

const workerId = 'executor';

/** A message to the server's own queue, and an HTTP call whose executor dies once. */
export async function serverTasks(engine: Engine): Promise<void> {
  const http = task('HTTP', 'http', {
    inputParameters: { uri: 'http://localhost', method: 'GET' },
    asyncComplete: true,
  });
  await engine.define(workflowDef('server', [task('EVENT', 'event', { sink: 'conductor' }), http]));
  const id = await engine.begin('server', { taskToDomain: { '*': 'blue' } });
  await engine.last('EventPublished', id);
  const taskId = await engine.task(id, 'http');
  await engine.tell('ClaimTask', id, { taskId, workerId });
  engine.advance(60_000);
  await engine.last('TaskProgressed', id);
  await engine.tell('ClaimTask', id, { taskId, workerId });
  await engine.tell('ProgressTask', id, { taskId, output: { response: { statusCode: 202 } } });
  await engine.tell('CompleteTask', id, { taskId, output: { by: 'somebody else' } });
  await engine.last('WorkflowCompleted', id);
}

/** The script needs a sandbox; what comes back, or that there is none, is recorded. */
export async function scripts(engine: Engine): Promise<void> {
  const script = { evaluatorType: 'javascript', expression: '[3, 1].sort()[0]' };
  await engine.define(workflowDef('scripts', [task('INLINE', 'inline', { inputParameters: script, optional: true })]));
  const id = await engine.begin('scripts');
  await engine.last('EvaluationRecorded', id);
  await engine.last('WorkflowCompleted', id);
}

/** Nobody catches the failure of `a`: when the workflow is retried, `finally` is taken back and done once more. */
export async function tries(engine: Engine): Promise<void> {
  const lists = { try: [task('SIMPLE', 'a', { retryCount: 0 })], finally: [task('SIMPLE', 'f')] };
  await engine.define(workflowDef('tries', [task('TRY', 't', { decisionCases: lists })]));
  const id = await engine.begin('tries');
  await engine.tell('FailTask', id, { taskId: await engine.task(id, 'a'), reasonForIncompletion: 'no' });
  await engine.tell('CompleteTask', id, { taskId: await engine.task(id, 'f') });
  await engine.last('WorkflowFailed', id);
  await engine.tell('RetryWorkflow', id, {});
  await engine.last('TasksRemoved', id);
  const again = (await engine.last('RetryScheduled', id)).data.taskId;
  const before = await engine.task(id, 'f');
  await engine.tell('CompleteTask', id, { taskId: again });
  let last = before;
  while (last === before) last = await engine.task(id, 'f');
  await engine.tell('CompleteTask', id, { taskId: last });
  await engine.last('WorkflowCompleted', id);
}

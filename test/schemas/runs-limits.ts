/** What workflows share. Limited tasks and workflows: every word that they and their limits say to one another; and the cache of outputs. */
import type { Engine } from './engine.js';

const simple = (name: string): object => ({ name, taskReferenceName: name, type: 'SIMPLE' });
const workerId = 'worker-1';

/** One permit for two workflows: the second is queued, offered room that nobody takes, and asks again. */
export async function limitedTasks(engine: Engine): Promise<void> {
  const taskDef = {
    name: 'limited',
    concurrentExecLimit: 1,
    rateLimitPerFrequency: 100,
    rateLimitFrequencyInSeconds: 1,
  };
  await engine.define({ name: 'limited', version: 1, schemaVersion: 2, tasks: [simple('limited')] }, [taskDef]);
  const first = await engine.begin('limited');
  const second = await engine.begin('limited', { priority: 3 });
  const firstTask = await engine.task(first, 'limited');
  const secondTask = await engine.task(second, 'limited');
  await engine.tell('ClaimTask', first, { taskId: firstTask, workerId, pollId: 'poll-1', limits: { concurrent: 1 } });
  const { limit } = (await engine.last('PermitRequested', first)).data;
  await engine.last('TaskStarted', first);
  await engine.tell('ClaimTask', second, { taskId: secondTask, workerId, pollId: 'poll-2' });
  await engine.last('PermitQueued', limit);
  await engine.tell('CompleteTask', first, { taskId: firstTask });
  await engine.last('TaskOffered', second);
  engine.advance(1000);
  await engine.last('OfferLapsed', limit);
  await engine.tell('ClaimTask', second, { taskId: secondTask, workerId });
  await engine.last('TaskStarted', second);
  await engine.tell('CompleteTask', second, { taskId: secondTask });
  await engine.last('PermitReturned', second);
}

/** The first execution is done, the second has its output. */
export async function cachedOutputs(engine: Engine): Promise<void> {
  const cacheConfig = { key: 'k', ttlInSecond: 60 };
  const task = { name: 'cached', taskReferenceName: 'c', type: 'SIMPLE', cacheConfig };
  await engine.define({ name: 'cached', version: 1, schemaVersion: 2, tasks: [task] }, [
    { name: 'cached', concurrentExecLimit: 1 },
  ]);
  const first = await engine.begin('cached', { taskToDomain: { cached: 'red,blue' } });
  await engine.last('TaskQueued', first);
  await engine.tell('CompleteTask', first, { taskId: await engine.task(first, 'c'), output: { n: 1 } });
  await engine.last('WorkflowCompleted', await engine.begin('cached'));
}

/** Of two starts with one key the second is refused. */
export async function limitedWorkflows(engine: Engine): Promise<void> {
  const rateLimitConfig = { rateLimitKey: '${workflow.input.user}', concurrentExecLimit: 1, policy: 'REJECT' };
  await engine.define({ name: 'rated', version: 1, schemaVersion: 2, tasks: [simple('r')], rateLimitConfig });
  const first = await engine.begin('rated', { input: { user: 'ada' }, idempotencyKey: 'k-1' });
  await engine.last('WorkflowPermitGranted', first);
  const second = await engine.begin('rated', { input: { user: 'ada' } });
  await engine.last('WorkflowFailed', second);
  await engine.tell('TerminateWorkflow', first, {});
  await engine.last('PermitReturned', first);
  await engine.tell('RetryWorkflow', first, {});
  await engine.last('RetryScheduled', first);
}

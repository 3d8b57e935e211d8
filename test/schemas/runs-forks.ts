/** Tasks that come into being at run time: a DYNAMIC one that is looked up, and a dynamic fork too long for one decision. */
import type { Engine } from './engine.js';

const workerId = 'worker-1';
const branches = 240;

export async function forks(engine: Engine): Promise<void> {
  const dynamic = {
    name: 'dynamic',
    taskReferenceName: 'dynamic',
    type: 'DYNAMIC',
    dynamicTaskNameParam: 'worker',
    inputParameters: { worker: '${workflow.input.worker}' },
  };
  const fork = {
    name: 'many',
    taskReferenceName: 'many',
    type: 'FORK_JOIN_DYNAMIC',
    inputParameters: { forkTaskInputs: '${workflow.input.list}', forkTaskName: 'called' },
  };
  const join = { name: 'joined', taskReferenceName: 'joined', type: 'JOIN' };
  await engine.define({ name: 'forks', version: 1, schemaVersion: 2, tasks: [dynamic, fork, join] }, [
    { name: 'called', responseTimeoutSeconds: 600, pollTimeoutSeconds: 600, inputTemplate: { more: true } },
  ]);
  const list = Array.from({ length: branches }, (_, i) => i);
  const options = { input: { worker: 'called', list }, taskToDomain: { called: 'blue' } };
  const id = await engine.begin('forks', options);
  await engine.last('TaskQueued', id);
  await engine.tell('CompleteTask', id, { taskId: await engine.task(id, 'dynamic'), workerId });
  await engine.task(id, 'joined');
  for (const i of list) await engine.tell('CompleteTask', id, { taskId: await engine.task(id, `_called_${i}`) });
  await engine.last('WorkflowCompleted', id);
}

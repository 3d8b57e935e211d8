/** What surrounds a task: changes of status that are told, and domains with a fallback. */
import type { Engine } from './engine.js';

const workerId = 'worker-1';

/** A task that tells of its start and may be offered in two domains; its workflow asks for a value of the environment. */
export async function edges(engine: Engine): Promise<void> {
  const told = {
    name: 'told',
    taskReferenceName: 'told',
    type: 'SIMPLE',
    inputParameters: { region: '${workflow.env.REGION}' },
    onStateChange: { 'onScheduled,onStart': [{ type: 'audit', payload: { task: '${told.status}' } }] },
  };
  await engine.define({ name: 'edges', version: 1, schemaVersion: 2, tasks: [told] });
  const id = await engine.begin('edges', {
    taskToDomain: { '*': 'canary, blue' },
    environment: { REGION: 'north' },
  });
  const taskId = await engine.task(id, 'told');
  await engine.tell('ClaimTask', id, { taskId, workerId, domain: 'canary' });
  await engine.last('StateChangePublished', id);
  await engine.tell('CompleteTask', id, { taskId });
  await engine.last('WorkflowCompleted', id);
}

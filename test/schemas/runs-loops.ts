/** Loops: a turn whose older ones leave the view, and the items of a list beside each other. */
import type { Engine } from './engine.js';

const simple = (reference: string): object => ({ name: reference, taskReferenceName: reference, type: 'SIMPLE' });

/** A DO_WHILE that keeps its last turn, then a FOR_EACH. */
export async function loops(engine: Engine): Promise<void> {
  const again = {
    name: 'again',
    taskReferenceName: 'again',
    type: 'DO_WHILE',
    loopCondition: '$.again.iteration < 2',
    loopOver: [simple('step')],
    inputParameters: { keepLastN: 1 },
  };
  const each = {
    name: 'each',
    taskReferenceName: 'each',
    type: 'FOR_EACH',
    items: '${workflow.input.list}',
    loopOver: [simple('item')],
    inputParameters: { concurrency: 2 },
  };
  await engine.define({ name: 'loops', version: 1, schemaVersion: 2, tasks: [again, each] });
  const id = await engine.begin('loops', { input: { list: ['a', 'b'] } });
  for (const reference of ['step__1', 'step__2', 'item__2', 'item__1'])
    await engine.tell('CompleteTask', id, { taskId: await engine.task(id, reference), output: { reference } });
  await engine.last('TasksRemoved', id);
  await engine.last('WorkflowCompleted', id);
}

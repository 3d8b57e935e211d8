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

/** A loop whose condition only a sandbox could tell: there is none, which an optional loop survives. Then one that is too long for one decision. */
export async function longLoops(engine: Engine): Promise<void> {
  const asked = {
    name: 'asked',
    taskReferenceName: 'asked',
    type: 'DO_WHILE',
    loopCondition: '/more/.test($.step.text)',
    optional: true,
    loopOver: [simple('step')],
  };
  const counting = {
    name: 'counting',
    taskReferenceName: 'counting',
    type: 'DO_WHILE',
    loopCondition: '$.counting.iteration < 100',
    loopOver: [{ name: 'set', taskReferenceName: 'set', type: 'SET_VARIABLE', inputParameters: { v: 1 } }],
  };
  await engine.define({ name: 'long_loops', version: 1, schemaVersion: 2, tasks: [asked, counting] });
  const id = await engine.begin('long_loops');
  const step = await engine.task(id, 'step__1');
  await engine.tell('CompleteTask', id, { taskId: step, output: { text: 'no' } });
  await engine.last('EvaluationRecorded', id);
  await engine.last('StepsDeferred', id);
  await engine.last('WorkflowCompleted', id);
}

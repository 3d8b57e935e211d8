/**
 * Found by the crash-point walk (seed 320456323, checkpoint:before): a workflow that has ended leaves memory, but its snapshot stays in the
 * store until the next checkpoint. Whatever comes for it in between must not be decided on that old state.
 */
import type { Command } from '@dacapo/contracts';

import { EngineBench } from './engine-bench.js';

const workflowId = '01a20feb-466f-705f-89cf-c0ee19982d7d';
let ids = 0;

function make<T extends Command['type']>(type: T, data: Extract<Command, { type: T }>['data']): Command {
  return { type, version: 1, id: `c${++ids}`, workflowId, data } as unknown as Command;
}

test('a result that comes twice is refused after the end, though the snapshot is from before it', async () => {
  const bench = await EngineBench.start();
  try {
    const definition = await bench.digestOf({
      name: 'late',
      version: 1,
      schemaVersion: 2,
      timeoutSeconds: 0,
      ownerEmail: 'crash@example.com',
      tasks: [{ name: 'only', taskReferenceName: 'only', type: 'SIMPLE' }],
    });
    const events = await bench.decide(make('StartWorkflow', { definition, name: 'late', version: 1, input: {} }));
    const taskId = events.flatMap((event) => (event.type === 'TaskScheduled' ? event.data.taskId : []))[0] ?? '';
    await bench.snapshot(workflowId, () => make('LogTask', { taskId, log: 'still at it' }));
    const first = await bench.decide(make('CompleteTask', { taskId, output: {} }));
    expect(first.map(({ type }) => type)).toEqual(['TaskCompleted', 'WorkflowCompleted']);
    const second = await bench.decide(make('CompleteTask', { taskId, output: {} }));
    expect(second.map(({ type }) => type)).toEqual(['CommandRejected']);
    expect((await bench.eventsOf(workflowId)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  } finally {
    await bench.close();
  }
});

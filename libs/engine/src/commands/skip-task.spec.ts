import { aWorkflow, fork, join, simple, switchOn } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, pause, skip, start } from '../testing/steps.js';

const workflow = aWorkflow().withTask(
  simple('a'),
  simple('b', { name: 'worker_b' }),
  simple('c', { inputParameters: { x: '${b.output.x}' } }),
);

describe('SkipTask', () => {
  it('adds a SKIPPED task with the name as its type; the flow passes over it, others see its output', () => {
    given(workflow, [start()])
      .when(skip('b', { input: { i: 1 }, output: { x: 2 } }))
      .then([['TaskSkipped b', { taskType: 'worker_b', taskSeq: 2, input: { i: 1 }, output: { x: 2 } }]])
      .thenTask('b', { status: 'SKIPPED' })
      .when(complete('a'))
      .then(['TaskCompleted a', ['TaskScheduled c', { input: { x: 2 } }]]);
  });

  it('the last task may be skipped: the workflow is through', () => {
    given(aWorkflow().withTask(simple('a'), simple('b')), [start(), skip('b')])
      .when(complete('a'))
      .then(['TaskCompleted a', 'WorkflowCompleted']);
  });

  it('a JOIN does not wait for a task that is skipped', () => {
    given(aWorkflow().withTask(fork('f', [simple('x1'), simple('x2')], [simple('y')]), join('j', ['x2', 'y'])), [
      start(),
      complete('x1'),
      complete('y'),
    ])
      .when(skip('x2'))
      .thenRefused('TASK_PROCESSED');
    given(aWorkflow().withTask(fork('f', [simple('x1'), simple('x2')], [simple('y')]), join('j', ['x2', 'y'])), [
      start(),
      skip('x2', { output: { s: 1 } }),
      complete('x1'),
    ])
      .when(complete('y'))
      .then(['TaskCompleted y', ['TaskCompleted j', { output: { x2: { s: 1 } } }], 'WorkflowCompleted']);
  });

  it('with a fork goes its JOIN', () => {
    given(
      aWorkflow().withTask(simple('a'), fork('f', [simple('x')], [simple('y')]), join('j', ['x', 'y']), simple('z')),
      [start()],
    )
      .when(skip('f'))
      .then(['TaskSkipped f', 'TaskSkipped j'])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled z']);
  });

  it('a SWITCH that is skipped chooses nothing', () => {
    given(aWorkflow().withTask(simple('a'), switchOn('s', 'x', { x: [simple('b')] }), simple('z')), [
      start(),
      skip('s'),
    ])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled z']);
  });

  it.each([
    ['it is paused', [start(), pause]],
    ['it has ended', [start(), complete('a'), complete('b'), complete('c')]],
  ])('is refused when %s', (_what, history) => {
    given(workflow, history)
      .when(skip('c'))
      .thenRefused(
        'WORKFLOW_NOT_RUNNING',
        (run) => `The workflow ${run.workflowId} is not running so the task referenced by c cannot be skipped`,
      );
  });

  it('is refused for a reference that is not in the definition, or has a task', () => {
    given(workflow, [start()])
      .when(skip('x'))
      .thenRefused('TASK_NOT_DEFINED', 'The task referenced by x does not exist in the WorkflowDefinition wf.1');
    given(workflow, [start()])
      .when(skip('a'))
      .thenRefused('TASK_PROCESSED', 'The task referenced a has already been processed, cannot be skipped');
    given(workflow, [start(), skip('b')])
      .when(skip('b'))
      .thenRefused('TASK_PROCESSED');
  });
});

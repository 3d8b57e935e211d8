import { aWorkflow, fork, join, simple, terminate } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, fail, pause, retry, start, terminateWorkflow } from '../testing/steps.js';

describe('FORK_JOIN', () => {
  const workflow = aWorkflow().withTask(
    fork('f', [simple('a'), simple('b')], [simple('c')]),
    join('j', ['b', 'c']),
    simple('z'),
  );

  it('makes itself, the first task of every branch and the JOIN at once', () => {
    given(workflow)
      .when(start())
      .then([
        'WorkflowStarted',
        ['TaskScheduled f', { taskType: 'FORK', taskDefName: 'FORK' }],
        'TaskCompleted f',
        'TaskScheduled a',
        'TaskScheduled c',
        ['TaskScheduled j', { taskType: 'JOIN', status: 'IN_PROGRESS', input: { joinOn: ['b', 'c'] } }],
      ]);
  });

  it('lets each branch go its way', () => {
    given(workflow, [start()])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled b'])
      .when(complete('c'))
      .then(['TaskCompleted c'])
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskCompleted j', 'TaskScheduled z']);
  });

  it('without a JOIN behind it ends the workflow', () => {
    given(
      workflow.bent((definition) => ({ ...definition, tasks: definition.tasks.filter(({ type }) => type !== 'JOIN') })),
    )
      .when(start())
      .then([
        'WorkflowStarted',
        ['WorkflowFailed', { reason: 'Fork task definition is not followed by a join task.  Check the blueprint' }],
      ]);
  });

  it('makes all of it even when a branch ends the workflow at once', () => {
    given(aWorkflow().withTask(fork('f', [terminate('t', 'FAILED')], [simple('a')]), join('j', ['t', 'a'])))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled f',
        'TaskCompleted f',
        'TaskScheduled t',
        'TaskCompleted t',
        'TaskScheduled a',
        'TaskScheduled j',
        'TaskCanceled a',
        'TaskCanceled j',
        'WorkflowFailed',
      ]);
  });

  it('keeps nesting apart: each fork has its own JOIN', () => {
    given(
      aWorkflow().withTask(
        fork('f', [fork('g', [simple('a')], [simple('b')]), join('k', ['a', 'b'])], [simple('c')]),
        join('j', ['k', 'c']),
      ),
      [start(), complete('c'), complete('a')],
    )
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskCompleted k', 'TaskCompleted j', 'WorkflowCompleted']);
  });

  it('I19 follows a result that was held back when the workflow ended, once it is retried', () => {
    given(workflow, [start(), pause, complete('a'), terminateWorkflow('enough')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled c', 'TaskReopened j', 'TaskScheduled b'])
      .when(complete('b'), complete('c'))
      .then(['TaskCompleted b', 'TaskCompleted c', 'TaskCompleted j', 'TaskScheduled z']);
  });

  it('I7 leaves out no branch when it is retried', () => {
    given(workflow, [start(), complete('a'), fail('c')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled c', 'RetryScheduled b', 'TaskReopened j'])
      .when(complete('c'))
      .then(['TaskCompleted c'])
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskCompleted j', 'TaskScheduled z']);
  });
});

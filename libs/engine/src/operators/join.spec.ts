import { aWorkflow, fork, join, simple, type WorkflowBuilder } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { cancel, complete, fail, pause, resume, retry, start, theSameAgain } from '../testing/steps.js';

const two = (a = {}, b = {}, on = ['a', 'b']): WorkflowBuilder =>
  aWorkflow().withTask(fork('f', [simple('a', a)], [simple('b', b)]), join('j', on), simple('z'));

describe('JOIN', () => {
  it('I7 completes with the last of its tasks, and shows their outputs unless they are empty', () => {
    given(two(), [start()])
      .when(complete('b', {}))
      .then(['TaskCompleted b'])
      .when(complete('a', { x: 1 }))
      .then([
        'TaskCompleted a',
        ['TaskCompleted j', { status: 'COMPLETED', output: { a: { x: 1 } } }],
        'TaskScheduled z',
      ]);
  });

  it('I10 is not moved by a result that comes twice', () => {
    given(two(), [start(), complete('a')])
      .when(theSameAgain)
      .thenRefused('TASK_ENDED')
      .thenTask('j', { waitsFor: 1 });
  });

  it('waits for nothing when it joins on nothing', () => {
    given(two({}, {}, []))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled f',
        'TaskCompleted f',
        'TaskScheduled a',
        'TaskScheduled b',
        'TaskScheduled j',
        'TaskCompleted j',
        'TaskScheduled z',
      ]);
  });

  it('counts a task that is named twice once', () => {
    given(two({}, {}, ['a', 'a', 'b']), [start(), complete('b')])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskCompleted j', 'TaskScheduled z']);
  });

  it('completes with errors when an optional task failed, and names it', () => {
    given(two({ optional: true }), [start(), complete('b')])
      .when(fail('a', 'no'))
      .then([
        ['TaskFailed a', { status: 'COMPLETED_WITH_ERRORS' }],
        [
          'TaskCompleted j',
          (run) => ({
            status: 'COMPLETED_WITH_ERRORS',
            reasonForIncompletion: `a/${run.idOf('a')} completed with errors`,
          }),
        ],
        'TaskScheduled z',
      ]);
  });

  it('is cancelled with the workflow when a task fails for good', () => {
    given(two(), [start()])
      .when(fail('a', 'no'))
      .then([
        'TaskFailed a',
        'TaskCanceled b',
        'TaskCanceled j',
        [
          'WorkflowFailed',
          (run) => ({
            reason: `Task ${run.idOf('a')} failed with status: FAILED and reason: 'no'`,
            failedReferenceTaskNames: ['a'],
            failedTaskNames: ['a'],
          }),
        ],
      ]);
  });

  it('is cancelled too when it was the last that the JOIN waited for', () => {
    given(two(), [start(), complete('b')])
      .when(fail('a', 'no'))
      .then(['TaskFailed a', 'TaskCanceled j', ['WorkflowFailed', { failedReferenceTaskNames: ['a'] }]]);
  });

  it('fails with the reasons of permissive tasks when all have ended', () => {
    given(two({ permissive: true }, { permissive: true }), [start()])
      .when(fail('a', 'one'))
      .then(['TaskFailed a'])
      .when(fail('b', 'two'))
      .then([
        'TaskFailed b',
        ['TaskFailed j', { status: 'FAILED', reasonForIncompletion: 'one two' }],
        [
          'WorkflowFailed',
          (run) => ({ reason: `Task ${run.idOf('j')} failed with status: FAILED and reason: 'one two'` }),
        ],
      ]);
  });

  it('is cancelled when all failures are cancellations', () => {
    given(two({ permissive: true }), [start(), complete('b')])
      .when(cancel('a', { reasonForIncompletion: 'not wanted' }))
      .then(['TaskCanceled a', ['TaskCanceled j', { reasonForIncompletion: 'not wanted' }], 'WorkflowTerminated']);
  });

  it('waits for the next attempt of a task that is retried', () => {
    given(two({ retryCount: 1 }), [start(), complete('b')])
      .when(fail('a'))
      .then(['TaskFailed a', 'RetryScheduled a'])
      .thenTask('j', { waitsFor: 1, status: 'IN_PROGRESS' });
  });

  it('counts while the workflow is paused, and ends when it is resumed', () => {
    given(two(), [start(), pause, complete('a'), complete('b')])
      .thenTask('j', { status: 'IN_PROGRESS', waitsFor: 0 })
      .when(resume)
      .then(['WorkflowResumed', 'TaskCompleted j', 'TaskScheduled z']);
  });

  it('I4 is put back in place by a retry of the workflow', () => {
    given(two(), [start(), fail('a')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled a', 'RetryScheduled b', 'TaskReopened j'])
      .thenTask('j', { status: 'IN_PROGRESS', waitsFor: 2 });
  });

  it('I7 an outer JOIN that is put back waits for the inner one, whatever their order', () => {
    given(
      aWorkflow().withTask(
        fork('f', [simple('a')], [fork('g', [simple('b')]), join('k', ['b'])]),
        join('j', ['a', 'k']),
        simple('z'),
      ),
      [start(), fail('a')],
    )
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled a', 'RetryScheduled b', 'TaskReopened j', 'TaskReopened k'])
      .thenTask('j', { waitsFor: 2 })
      .when(complete('a'))
      .then(['TaskCompleted a'])
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskCompleted k', 'TaskCompleted j', 'TaskScheduled z']);
  });
});

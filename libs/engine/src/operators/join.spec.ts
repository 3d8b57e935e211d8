import { aWorkflow, fork, join, simple, type WorkflowBuilder } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { cancel, complete, evaluated, fail, pause, resume, retry, start, theSameAgain } from '../testing/steps.js';

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

describe('JOIN with a status of its own', () => {
  const withStatus = (joinStatus: string, a = {}): WorkflowBuilder =>
    aWorkflow().withTask(
      fork('f', [simple('a', a)], [simple('b')]),
      join('j', ['a', 'b'], { joinStatus }),
      simple('z'),
    );

  it('takes what it names for well done', () => {
    given(withStatus('COMPLETED, FAILED', { permissive: true }), [start(), fail('a', 'no')])
      .when(complete('b'))
      .then([
        'TaskCompleted b',
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

  it('and takes nothing else', () => {
    given(withStatus('COMPLETED', { optional: true }), [start(), fail('a', 'no')])
      .when(complete('b'))
      .then(['TaskCompleted b', ['TaskFailed j', { reasonForIncompletion: 'no' }], 'WorkflowFailed']);
  });

  it.each(['', ' '])('says nothing when it is %j', (joinStatus) => {
    given(withStatus(joinStatus), [start(), complete('a')])
      .when(complete('b'))
      .then(['TaskCompleted b', ['TaskCompleted j', { status: 'COMPLETED' }], 'TaskScheduled z']);
  });
});

describe('JOIN with a script', () => {
  const three = (script: string, fields = {}): WorkflowBuilder =>
    aWorkflow().withTask(
      fork('f', [simple('a')], [simple('b')], [simple('c')]),
      join('j', ['a', 'b', 'c'], { evaluatorType: 'js', expression: script, ...fields }),
      simple('z'),
    );
  const anyOf = "$.a.status == 'COMPLETED' || $.b.status == 'COMPLETED'";

  it('completes as soon as that says so', () => {
    given(three(anyOf), [start()])
      .when(complete('c'))
      .then(['TaskCompleted c'])
      .when(complete('b', { n: 1 }))
      .then(['TaskCompleted b', ['TaskCompleted j', { output: { b: { n: 1 } } }], 'TaskScheduled z'])
      .when(complete('a'))
      .then(['TaskCompleted a']);
  });

  it('may have it as its status', () => {
    given(three('', { evaluatorType: null, joinStatus: anyOf }), [start()])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskCompleted j', 'TaskScheduled z']);
  });

  it('may complete with an output of its own', () => {
    given(three('mine($)'), [start()])
      .when(evaluated('j', { value: { status: 'COMPLETED', outputData: { by: 'script' } } }))
      .then(['EvaluationRecorded j', ['TaskCompleted j', { output: { by: 'script' } }], 'TaskScheduled z']);
  });

  it('may fail with a reason of its own', () => {
    given(three('mine($)'), [start()])
      .when(evaluated('j', { value: { status: 'FAILED', reasonForIncompletion: 'bad' } }))
      .then([
        'EvaluationRecorded j',
        ['TaskFailed j', { reasonForIncompletion: 'bad' }],
        'TaskCanceled a',
        'TaskCanceled b',
        'TaskCanceled c',
        'WorkflowFailed',
      ]);
  });

  it('asks the sandbox one question at a time, and again when a branch has ended meanwhile', () => {
    given(three('mine($)'))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled f',
        'TaskCompleted f',
        'TaskScheduled a',
        'TaskScheduled b',
        'TaskScheduled c',
        'TaskScheduled j',
        [
          'EvaluationRequested j',
          {
            form: 'script',
            source: 'mine($)',
            input: { joinOn: ['a', 'b', 'c'], a: { status: 'SCHEDULED', output: {} } },
          },
        ],
      ])
      .when(complete('a'))
      .then(['TaskCompleted a'])
      .when(evaluated('j', { value: { status: 'IN_PROGRESS' } }))
      .then(['EvaluationRecorded j', ['EvaluationRequested j', { input: { a: { status: 'COMPLETED' } } }]])
      .when(evaluated('j', { value: false }))
      .then(['EvaluationRecorded j'])
      .when(complete('b'))
      .then(['TaskCompleted b', 'EvaluationRequested j']);
  });

  it('ends by the usual rule when all have ended, whatever the script says', () => {
    given(three('false'), [start(), complete('a'), complete('b')])
      .when(complete('c'))
      .then(['TaskCompleted c', 'TaskCompleted j', 'TaskScheduled z']);
    given(three('mine($)'), [start(), complete('a'), complete('b')])
      .when(complete('c'))
      .then(['TaskCompleted c', 'TaskCompleted j', 'TaskScheduled z']);
  });

  it('fails when the script does', () => {
    given(three('mine($)'), [start()])
      .when(evaluated('j', { kind: 'error', message: 'mine is not defined' }))
      .then([
        'EvaluationRecorded j',
        ['TaskFailed j', { status: 'FAILED', reasonForIncompletion: 'mine is not defined' }],
        'TaskCanceled a',
        'TaskCanceled b',
        'TaskCanceled c',
        'WorkflowFailed',
      ]);
  });

  it('of another language ends the workflow', () => {
    const { run } = given(three('x', { evaluatorType: 'cobol' }), [start()]);
    expect(run.live).toMatchObject({ status: 'FAILED', reason: 'No evaluator registered for type: cobol' });
  });

  it('takes no more than 200 tasks', () => {
    const names = Array.from({ length: 201 }, (_, i) => `t${i}`);
    const { run } = given(
      aWorkflow().withTask(
        fork('f', ...names.map((name) => [simple(name)])),
        join('j', names, { joinStatus: 'false' }),
      ),
      [start()],
    );
    expect(run.live.reason).toBe('JOIN j has a script and 201 tasks, more than the permissible limit: 200');
  });
});

describe('JOIN on tasks that have ended before it', () => {
  it('waits for the others', () => {
    given(aWorkflow().withTask(simple('first'), fork('f', [simple('a')]), join('j', ['first', 'a'])), [
      start(),
      complete('first', { n: 1 }),
    ])
      .thenTask('j', { waitsFor: 1 })
      .when(complete('a', { n: 2 }))
      .then([
        'TaskCompleted a',
        ['TaskCompleted j', { output: { first: { n: 1 }, a: { n: 2 } } }],
        'WorkflowCompleted',
      ]);
  });

  it('fails at once when one of them failed, was permissive, and nothing is missing', () => {
    given(aWorkflow().withTask(simple('first', { permissive: true }), fork('f', [simple('a')]), join('j', ['first'])), [
      start(),
    ])
      .when(fail('first', 'no'))
      .then([
        'TaskFailed first',
        'TaskScheduled f',
        'TaskCompleted f',
        'TaskScheduled a',
        'TaskScheduled j',
        ['TaskFailed j', { reasonForIncompletion: 'no' }],
        'TaskCanceled a',
        'WorkflowFailed',
      ]);
  });
});

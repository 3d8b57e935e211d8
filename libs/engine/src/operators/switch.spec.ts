// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, fork, join, simple, switchByScript, switchOn } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, evaluated, fail, retry, start } from '../testing/steps.js';

describe('SWITCH by a parameter', () => {
  const workflow = (value: unknown) =>
    aWorkflow().withTask(
      switchOn('s', value, { x: [simple('a'), simple('b')], none: [], null: [simple('n')], '5': [simple('five')] }, [
        simple('d'),
      ]),
      simple('z'),
    );

  it('takes the case, shows the choice, and goes on behind itself', () => {
    given(workflow('x'))
      .when(start())
      .then([
        'WorkflowStarted',
        ['TaskScheduled s', { taskType: 'SWITCH', taskDefName: 'SWITCH', input: { case: 'x', hasChildren: 'true' } }],
        ['TaskCompleted s', { output: { evaluationResult: ['x'], selectedCase: 'x' } }],
        'TaskScheduled a',
      ])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled b'])
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskScheduled z']);
  });

  it('takes the default when there is no such case', () => {
    given(workflow('y'))
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled s', 'TaskCompleted s', 'TaskScheduled d']);
  });

  it('does nothing for a case that is empty, not even the default', () => {
    const { run } = given(workflow('none'), [start()]);
    expect(run.live.tasks['s']?.input).toEqual({ value: 'none', case: 'none' });
    expect(Object.keys(run.live.tasks)).toEqual(['s', 'z']);
  });

  it.each([
    ['null', '${workflow.input.nothing}', 'n'],
    ['a number', 5, 'five'],
    ['the name of an object property', 'toString', 'd'],
  ])('compares the text of %s', (_what, value, expected) => {
    const { run } = given(workflow(value), [start()]);
    expect(Object.keys(run.live.open)).toEqual([expected]);
  });

  it('ends the workflow when its evaluator is unknown', () => {
    given(
      workflow('x').bent((definition) => ({
        ...definition,
        tasks: definition.tasks.map((it) => (it.type === 'SWITCH' ? { ...it, evaluatorType: 'cobol' } : it)),
      })),
    )
      .when(start())
      .then(['WorkflowStarted', ['WorkflowFailed', { reason: 'No evaluator registered for type: cobol' }]]);
  });
});

describe('SWITCH by a script', () => {
  const workflow = (script: string, fields = {}) =>
    aWorkflow().withTask(
      switchByScript(
        's',
        script,
        { n: '${workflow.input.n}' },
        { big: [simple('a')], '3': [simple('b')], true: [] },
        fields,
      ),
      simple('z'),
    );

  it.each([
    ["$.n > 2 ? 'big' : 'small'", 5, 'a'],
    ["$.n > 2 ? 'big' : 'small'", 1, 'z'],
    ['$.n', 3.0, 'b'],
    ['$.n > 2', 3, 'z'],
  ])('%s of %d leads to %s', (script, n, expected) => {
    const { run } = given(workflow(script), [start({ n })]);
    expect(Object.keys(run.live.open)).toEqual([expected]);
  });

  it('asks the sandbox for what the small evaluator leaves to it', () => {
    given(workflow("[3, 1].sort()[0] > $.n ? 'big' : ''"))
      .when(start({ n: 0 }))
      .then([
        'WorkflowStarted',
        ['TaskScheduled s', { status: 'IN_PROGRESS' }],
        ['EvaluationRequested s', { form: 'script', source: "[3, 1].sort()[0] > $.n ? 'big' : ''", input: { n: 0 } }],
      ])
      .thenWorkflow({ evaluating: 1 })
      .when(evaluated('s', { value: 'big' }))
      .then(['EvaluationRecorded s', ['TaskCompleted s', { output: { selectedCase: 'big' } }], 'TaskScheduled a'])
      .thenWorkflow({ evaluating: 0 })
      .when(evaluated('s', { value: '' }))
      .thenRefused('TASK_ENDED');
  });

  it('fails with the message of the script, without a retry, and ends the workflow', () => {
    given(workflow('$.n.x.y', { retryCount: 3 }), [start({ n: null })])
      .when(evaluated('s', { kind: 'error', message: 'no such thing' }))
      .then([
        'EvaluationRecorded s',
        ['TaskFailed s', { status: 'FAILED', reasonForIncompletion: 'no such thing' }],
        ['WorkflowFailed', (run) => ({ failedTaskId: run.idOf('s'), failedReferenceTaskNames: ['s'] })],
      ]);
  });

  it('fails with words of our own when its script has spent what it may', () => {
    given(workflow('$.n.x.y'), [start({ n: null })])
      .when(evaluated('s', { kind: 'fuel' }))
      .then([
        'EvaluationRecorded s',
        ['TaskFailed s', { reasonForIncompletion: 'Script not evaluated within 4 seconds, interrupted.' }],
        'WorkflowFailed',
      ]);
  });

  it('goes on behind itself when it may fail', () => {
    given(workflow('$.n.x.y', { optional: true }), [start({ n: null })])
      .when(evaluated('s', { kind: 'error', message: 'no such thing' }))
      .then(['EvaluationRecorded s', ['TaskFailed s', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled z']);
  });
});

describe('SWITCH and JOIN', () => {
  it('wakes a JOIN that waits for it, though its branch goes on', () => {
    given(
      aWorkflow().withTask(
        fork('f', [simple('a'), switchOn('s', 'x', { x: [simple('b')] })]),
        join('j', ['s']),
        simple('z'),
      ),
      [start()],
    )
      .when(complete('a'))
      .then([
        'TaskCompleted a',
        'TaskScheduled s',
        'TaskCompleted s',
        'TaskCompleted j',
        'TaskScheduled b',
        'TaskScheduled z',
      ]);
  });

  it('chooses the same branch when the workflow is retried', () => {
    given(aWorkflow().withTask(switchOn('s', 'x', { x: [simple('a')] })), [start(), fail('a')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled a']);
  });
});

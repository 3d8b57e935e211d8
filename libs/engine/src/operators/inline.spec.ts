// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, inline, simple, task } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, evaluated, fireTimerAfter, pause, resume, retry, start } from '../testing/steps.js';

const left = '[3, 1].sort()[0]';
const one = (fields = {}, def = {}) =>
  aWorkflow()
    .withTask(inline('i', left, { name: 'i' }, fields), simple('z'))
    .withTaskDef('i', def);

describe('INLINE', () => {
  it('is done at once where the small evaluator knows the script, on the whole of its input', () => {
    const script = "$.n > 2 ? 'big' : $.evaluatorType";
    given(aWorkflow().withTask(inline('i', script, { n: '${workflow.input.n}' }), simple('z')))
      .when(start({ n: 3 }))
      .then([
        'WorkflowStarted',
        [
          'TaskScheduled i',
          {
            taskType: 'INLINE',
            taskDefName: 'i',
            status: 'IN_PROGRESS',
            input: { evaluatorType: 'javascript', expression: script, n: 3 },
          },
        ],
        ['TaskCompleted i', { output: { result: 'big' } }],
        'TaskScheduled z',
      ]);
  });

  it('gives null for a result that JSON cannot say, in the state as in the log', () => {
    const { run } = given(aWorkflow().withTask(inline('i', '$.none * 2'), simple('z')), [start()]);
    expect(run.task('i').output).toEqual({ result: null });
    run.auditWhole();
  });

  it('asks the sandbox for the rest, with the fuel of a script', () => {
    given(one())
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled i',
        ['EvaluationRequested i', { form: 'script', source: left, fuel: 50_000_000, input: { expression: left } }],
      ])
      .when(evaluated('i', { value: { list: [1, null] } }))
      .then([
        'EvaluationRecorded i',
        ['TaskCompleted i', { output: { result: { list: [1, null] } } }],
        'TaskScheduled z',
      ]);
  });

  it('reads graaljs like javascript, and takes the key that value-param names', () => {
    const workflow = aWorkflow().withTask(
      inline('g', '$.a + 1', { evaluatorType: 'graaljs', a: 1 }),
      inline('v', 'a', { evaluatorType: 'value-param', a: { b: [2] } }),
      inline('n', 'toString', { evaluatorType: 'value-param' }),
      simple('z'),
    );
    const { run } = given(workflow, [start()]);
    expect(['g', 'v', 'n'].map((reference) => run.task(reference).output)).toEqual([
      { result: 2 },
      { result: { b: [2] } },
      { result: null },
    ]);
  });

  it('takes evaluator and expression from the task when its input has none', () => {
    const fields = { evaluatorType: 'javascript', expression: '$.a', inputParameters: { a: 5 } };
    const { run } = given(aWorkflow().withTask(task('INLINE', 'i', fields), simple('z')), [start()]);
    expect(run.task('i')).toMatchObject({ input: { expression: '$.a', a: 5 }, output: { result: 5 } });
  });

  it('fills its input from the template of its definition', () => {
    const workflow = aWorkflow()
      .withTask(inline('i', '$.a', { a: '${workflow.input.none}' }), simple('z'))
      .withTaskDef('i', { inputTemplate: { a: 'from template' } });
    expect(given(workflow, [start()]).run.task('i').output).toEqual({ result: 'from template' });
  });

  it.each([
    [
      { evaluatorType: ' ' },
      "Empty 'evaluatorType' in INLINE task's input parameters. A non-empty String value must be provided.",
    ],
    [
      { evaluatorType: 5 },
      "Empty 'evaluatorType' in INLINE task's input parameters. A non-empty String value must be provided.",
    ],
    [{ evaluatorType: 'python' }, "Unknown evaluator 'python' in INLINE task."],
    [
      { expression: '' },
      "Empty 'expression' in Inline task's input parameters. A non-empty String value must be provided.",
    ],
    [
      { expression: '${workflow.input.none}' },
      "Empty 'expression' in Inline task's input parameters. A non-empty String value must be provided.",
    ],
  ])('fails for good with %j', (input, message) => {
    given(aWorkflow().withTask(inline('i', '1', input, { retryCount: 2 })))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled i',
        [
          'TaskFailed i',
          { status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion: message, output: { error: message } },
        ],
        'WorkflowFailed',
      ]);
  });

  it('fails for good with the words of a script that throws', () => {
    const message = 'Error evaluating the script `x is not defined` at line 1';
    given(one({ retryCount: 2 }), [start()])
      .when(evaluated('i', { kind: 'error', message }))
      .then([
        'EvaluationRecorded i',
        [
          'TaskFailed i',
          { status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion: message, output: { error: message } },
        ],
        'WorkflowFailed',
      ]);
  });

  it.each([
    ['fuel', 'Script not evaluated within 4 seconds, interrupted.'],
    ['memory', 'Script needs more memory than a script may have.'],
    ['size', 'The result of the script is larger than a result may be.'],
    ['fault', 'Script was not evaluated: the sandbox broke off.'],
  ] as const)('fails in a way that may be retried when it is a matter of %s', (kind, message) => {
    given(one(), [start()])
      .when(evaluated('i', kind === 'fault' ? { kind } : { kind, message: 'words of a library' }))
      .then([
        'EvaluationRecorded i',
        ['TaskFailed i', { status: 'FAILED', reasonForIncompletion: message, output: { error: message } }],
        'WorkflowFailed',
      ]);
  });

  it('is retried by its definition, after the delay, and times out not before that has passed', () => {
    const def = { retryCount: 1, retryDelaySeconds: 10, timeoutSeconds: 5, responseTimeoutSeconds: 5 };
    given(one({}, def), [start()])
      .when(evaluated('i', { kind: 'fault' }))
      .then([
        'EvaluationRecorded i',
        ['TaskFailed i', { retried: true }],
        [
          'RetryScheduled i',
          (run) => ({
            retryCount: 1,
            delaySeconds: 10,
            timers: { start: run.now + 10_000, timeout: run.now + 15_000 },
          }),
        ],
      ])
      .thenTask('i', { status: 'IN_PROGRESS' })
      .when(fireTimerAfter(10))
      .then(['TimerFired start i', 'EvaluationRequested i'])
      .when(evaluated('i', { value: 1 }))
      .then(['EvaluationRecorded i', 'TaskCompleted i', 'TaskScheduled z']);
  });

  it('times out while its script is out, whose outcome then comes too late', () => {
    given(one({}, { timeoutSeconds: 5, timeoutPolicy: 'RETRY', responseTimeoutSeconds: 5 }), [start()])
      .when(fireTimerAfter(5))
      .then(['TimerFired timeout i', 'TaskTimedOut i', 'WorkflowTimedOut'])
      .when(evaluated('i', { value: 1 }))
      .thenRefused('TASK_ENDED');
  });

  it('can be ended by an update from outside meanwhile', () => {
    given(one(), [start()])
      .when(complete('i', { by: 'hand' }))
      .then(['TaskCompleted i', 'TaskScheduled z'])
      .thenWorkflow({ evaluating: 0 });
  });

  it('rests with its outcome while the workflow is paused', () => {
    given(one(), [start(), pause])
      .when(evaluated('i', { value: 1 }))
      .then(['EvaluationRecorded i', 'TaskCompleted i'])
      .when(resume)
      .then(['WorkflowResumed', 'TaskScheduled z']);
  });

  it('is evaluated anew when the workflow is retried', () => {
    given(one(), [start(), evaluated('i', { kind: 'error', message: 'no' })])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled i', 'EvaluationRequested i']);
  });
});

describe('LAMBDA', () => {
  const lambda = (inputParameters = {}, fields = {}) =>
    aWorkflow().withTask(task('LAMBDA', 'l', { inputParameters, ...fields }), simple('z'));

  it('runs the body of a function', () => {
    given(lambda({ scriptExpression: 'return $.a * 2', a: 21 }))
      .when(start())
      .then([
        'WorkflowStarted',
        ['TaskScheduled l', { taskType: 'LAMBDA', status: 'IN_PROGRESS' }],
        ['TaskCompleted l', { output: { result: 42 } }],
        'TaskScheduled z',
      ]);
  });

  it('asks the sandbox for what the small evaluator leaves to it', () => {
    const source = 'return [2, 1].sort()';
    given(lambda({ scriptExpression: source }))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled l',
        ['EvaluationRequested l', { form: 'function-body', source, fuel: 50_000_000 }],
      ]);
  });

  it('takes its script from the task when its input has none', () => {
    const { run } = given(lambda({ a: 1 }, { scriptExpression: 'return $.a' }), [start()]);
    expect(run.task('l').output).toEqual({ result: 1 });
  });

  it('fails without a script', () => {
    const message =
      "Empty 'scriptExpression' in Lambda task's input parameters. A non-empty String value must be provided.";
    given(lambda())
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled l',
        ['TaskFailed l', { status: 'FAILED', reasonForIncompletion: message, output: { error: message } }],
        'WorkflowFailed',
      ]);
  });

  it('fails with what its script throws, and is tried once more when it may be', () => {
    given(lambda({ scriptExpression: 'throw 1' }, { retryCount: 1 }), [start()])
      .when(evaluated('l', { kind: 'error', message: 'thrown' }))
      .then([
        'EvaluationRecorded l',
        ['TaskFailed l', { status: 'FAILED', output: { error: 'thrown' }, retried: true }],
        'RetryScheduled l',
      ]);
  });
});

import {
  aWorkflow,
  doWhile,
  type Fields,
  fork,
  join,
  setVariable,
  simple,
  switchOn,
  type WorkflowBuilder,
} from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, evaluated, pause, resume, retry, start, terminateWorkflow } from '../testing/steps.js';

const times = (count: number, reference = 'l'): string => `$.${reference}['iteration'] < ${count}`;
const looping = (condition: string, fields: Fields = {}, body: readonly Fields[] = [simple('a')]): WorkflowBuilder =>
  aWorkflow().withTask(doWhile('l', condition, body, fields), simple('z'));
/** Only the sandbox knows regular expressions. */
const forSandbox = "/x/.test($.a.text) || $.l.iteration < 0 || $.p === 'go'";

describe('DO_WHILE', () => {
  it('runs its body before it looks at the condition, and names tasks by turn', () => {
    given(looping('false'))
      .when(start())
      .then([
        'WorkflowStarted',
        ['TaskScheduled l', { taskType: 'DO_WHILE', status: 'IN_PROGRESS' }],
        ['LoopIterated l', { iteration: 1 }],
        ['TaskScheduled a__1', { iteration: 1, scope: '__1', taskType: 'a' }],
      ])
      .when(complete('a__1', { x: 1 }))
      .then([
        'TaskCompleted a__1',
        ['LoopIterated l', { iteration: 1, output: { 1: { a: { x: 1 } } } }],
        'TaskCompleted l',
        'TaskScheduled z',
      ])
      .thenTask('l', { status: 'COMPLETED', output: { iteration: 1, 1: { a: { x: 1 } } } });
  });

  it('goes on while the condition holds, and records only what a turn adds', () => {
    given(looping(times(2)), [start()])
      .when(complete('a__1', { x: 1 }))
      .then([
        'TaskCompleted a__1',
        ['LoopIterated l', { iteration: 2, output: { 1: { a: { x: 1 } } } }],
        'TaskScheduled a__2',
      ])
      .thenTask('l', { output: { iteration: 2, 1: { a: { x: 1 } } } })
      .when(complete('a__2', { x: 2 }))
      .then([
        'TaskCompleted a__2',
        ['LoopIterated l', { iteration: 2, output: { 2: { a: { x: 2 } } } }],
        'TaskCompleted l',
        'TaskScheduled z',
      ])
      .thenTask('l', { output: { iteration: 2, 1: { a: { x: 1 } }, 2: { a: { x: 2 } } } });
  });

  it.each([
    ['true', true],
    ['1', true],
    ['0.5', true],
    ['0', false],
    ['-1', false],
    ["'true'", false],
    ['null', false],
    ['$.nothing', false],
    ['[1]', false],
  ])('the condition %s goes on: %s', (condition, goesOn) => {
    given(looping(condition), [start()])
      .when(complete('a__1'))
      .then([
        'TaskCompleted a__1',
        'LoopIterated l',
        ...(goesOn ? ['TaskScheduled a__2'] : ['TaskCompleted l', 'TaskScheduled z']),
      ]);
  });

  it.each([undefined, '', '  '])('with the condition %j takes one turn', (loopCondition) => {
    const workflow = looping('true').bent((definition) => ({
      ...definition,
      tasks: definition.tasks.map((one) => {
        const { loopCondition: _, ...task } = one;
        return one.type === 'DO_WHILE' && loopCondition !== undefined ? { ...task, loopCondition } : task;
      }),
    }));
    given(workflow, [start()])
      .when(complete('a__1'))
      .then(['TaskCompleted a__1', 'LoopIterated l', 'TaskCompleted l', 'TaskScheduled z']);
  });

  it('has in its output every task of the turn, those in switches and forks too', () => {
    const body = [
      simple('a'),
      switchOn('s', 'x', { x: [simple('b')], y: [simple('c')] }),
      fork('f', [simple('d')], [setVariable('e', { v: 1 })]),
      join('j', ['d', 'e']),
    ];
    given(looping('false', {}, body), [start(), complete('a__1', { a: 1 }), complete('b__1', { b: 1 })])
      .when(complete('d__1', { d: 1 }))
      .thenTask('l', {
        status: 'COMPLETED',
        output: {
          iteration: 1,
          1: {
            a: { a: 1 },
            s: { evaluationResult: ['x'], selectedCase: 'x' },
            b: { b: 1 },
            f: {},
            d: { d: 1 },
            e: {},
            j: { d__1: { d: 1 } },
          },
        },
      });
  });

  it('shows the condition its parameters as they are now, the output so far, and what inner tasks left', () => {
    const inputParameters = { fresh: '${a.output.x}', max: '${workflow.input.max}' };
    const condition = "$.fresh < $.max && $.a.x === $.fresh && $.l['1'].a.x === 1 && $.l.iteration < 9";
    given(looping(condition, { inputParameters }), [start({ max: 3 }), complete('a__1', { x: 1 })])
      .when(complete('a__2', { x: 2 }))
      .then(['TaskCompleted a__2', 'LoopIterated l', ['LoopIterated l', { iteration: 3 }], 'TaskScheduled a__3'])
      .when(complete('a__3', { x: 3 }))
      .then(['TaskCompleted a__3', 'LoopIterated l', 'TaskCompleted l', 'TaskScheduled z']);
  });

  it('shows the condition the latest output of an inner task that this turn passed by', () => {
    const body = [simple('a'), switchOn('s', '${a.output.way}', { x: [simple('b')] })];
    given(looping('$.b.go', {}, body), [start(), complete('a__1', { way: 'x' }), complete('b__1', { go: true })])
      .when(complete('a__2', { way: 'none' }))
      .then(['TaskCompleted a__2', 'TaskScheduled s__2', 'TaskCompleted s__2', 'LoopIterated l', 'TaskScheduled a__3']);
  });

  it('fills parameters from the input template of its task definition', () => {
    const workflow = looping('$.a.x < $.max').withTaskDef('l', { inputTemplate: { max: 2 } });
    given(workflow, [start()])
      .thenTask('l', { input: { max: 2 } })
      .when(complete('a__1', { x: 1 }))
      .then(['TaskCompleted a__1', 'LoopIterated l', 'TaskScheduled a__2']);
  });

  it('a bare reference means the same turn, then the latest; a full one means what it says', () => {
    const body = [
      simple('a', { inputParameters: { before: '${b.output.n}' } }),
      simple('b', { inputParameters: { same: '${a.output.n}', first: '${a__1.output.n}' } }),
    ];
    const workflow = aWorkflow().withTask(
      doWhile('l', times(2), body),
      simple('z', { inputParameters: { latest: '${b.output.n}', first: '${b__1.output.n}' } }),
    );
    given(workflow, [start(), complete('a__1', { n: 1 }), complete('b__1', { n: 10 })])
      .thenTask('a__2', { input: { before: 10 } })
      .when(complete('a__2', { n: 2 }), complete('b__2', { n: 20 }))
      .thenTask('b__2', { input: { same: 2, first: 1 } })
      .thenTask('z', { input: { latest: 20, first: 10 } });
  });

  it('a bare reference to another loop means its latest turn', () => {
    const workflow = aWorkflow().withTask(
      doWhile('k', times(2, 'k'), [simple('a')]),
      doWhile('l', 'false', [simple('b', { inputParameters: { a: '${a.output.n}' } })]),
    );
    given(workflow, [start(), complete('a__1', { n: 1 }), complete('a__2', { n: 2 })]).thenTask('b__1', {
      input: { a: 2 },
    });
  });

  it('what a task was given of the running loop stays as it was', () => {
    const body = [simple('a', { inputParameters: { all: '${l.output}', task: '${l}', list: '${l[?@.iteration]}' } })];
    given(looping('true', {}, body), [start(), complete('a__1')])
      .when(complete('a__2'))
      .thenTask('l', { output: { iteration: 3, 1: { a: {} }, 2: { a: {} } } });
    const { run } = given(looping('true', {}, body), [start(), complete('a__1'), complete('a__2')]);
    expect(run.task('a__2').input).toMatchObject({ all: { iteration: 2, 1: { a: {} } } });
    expect(Object.keys(run.task('a__2').input['all'] as object)).toEqual(['1', 'iteration']);
    expect(run.task('a__1').input).toMatchObject({ all: { iteration: 1 }, list: [{ output: { iteration: 1 } }] });
    run.auditWhole();
  });

  it('takes references with two underscores', () => {
    const body = [simple('my__task'), simple('b', { inputParameters: { x: '${my__task.output.x}' } })];
    given(looping(times(2), {}, body), [start(), complete('my__task__1', { x: 1 }), complete('b__1')])
      .when(complete('my__task__2', { x: 2 }))
      .then(['TaskCompleted my__task__2', ['TaskScheduled b__2', { input: { x: 2 } }]])
      .thenTask('l', { output: { iteration: 2, 1: { my__task: { x: 1 }, b: {} } } });
  });

  it('ends at once when its body is empty', () => {
    const workflow = aWorkflow().withTask(doWhile('outer', 'false', [doWhile('l', times(3), [])]));
    given(workflow).when(start()).thenWorkflow({ status: 'COMPLETED' });
  });
});

describe('a condition for the sandbox', () => {
  const workflow = looping(forSandbox, { inputParameters: { p: '${workflow.input.p}', unused: 'large' } }, [
    simple('a'),
  ]);

  it('is asked with what the script names, and decides when the outcome is recorded', () => {
    given(workflow, [start()])
      .when(complete('a__1', { text: 'x' }))
      .then([
        'TaskCompleted a__1',
        ['LoopIterated l', { iteration: 1, output: { 1: { a: { text: 'x' } } } }],
        ['EvaluationRequested l', { form: 'script', source: forSandbox }],
      ])
      .when(evaluated('l', { value: true }))
      .then(['EvaluationRecorded l', ['LoopIterated l', { iteration: 2 }], 'TaskScheduled a__2'])
      .when(complete('a__2', { text: 'y' }), evaluated('l', { value: false }))
      .thenTask('l', {
        status: 'COMPLETED',
        output: { iteration: 2, 1: { a: { text: 'x' } }, 2: { a: { text: 'y' } } },
      });
  });

  it('sees no more than it may look at', () => {
    const { run } = given(workflow, [start({ p: 1 })]);
    const request = complete('a__1', { text: 'x' })(run).at(-1);
    expect(request?.event.data).toMatchObject({ input: { p: 1, a: { text: 'x' }, l: { iteration: 1 } } });
    expect(Object.keys((request?.event.data as { readonly input: object } | undefined)?.input ?? {})).toEqual([
      'p',
      'l',
      'a',
    ]);
  });

  it('sees everything when it uses $ as a whole', () => {
    const { run } = given(looping('Object.keys($).length > 9', { inputParameters: { p: 1 } }), [start()]);
    const request = complete('a__1', { x: 1 })(run).at(-1);
    expect(request?.event.data).toMatchObject({
      input: { p: 1, a: { x: 1 }, l: { iteration: 1, 1: { a: { x: 1 } } } },
    });
  });

  it('that throws fails the loop for good', () => {
    given(workflow, [start(), complete('a__1')])
      .when(evaluated('l', { kind: 'error', message: 'TypeError: no' }))
      .then([
        'EvaluationRecorded l',
        [
          'TaskFailed l',
          {
            status: 'FAILED_WITH_TERMINAL_ERROR',
            reasonForIncompletion: `Unable to evaluate condition ${forSandbox}, exception TypeError: no`,
          },
        ],
        'WorkflowFailed',
      ]);
  });

  it('that throws is forgiven when the loop is optional', () => {
    given(looping(forSandbox, { optional: true }), [start(), complete('a__1')])
      .when(evaluated('l', { kind: 'error', message: 'no' }))
      .then(['EvaluationRecorded l', ['TaskFailed l', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled z']);
  });

  it('whose outcome comes while the workflow is paused begins the next turn at the resume', () => {
    given(workflow, [start(), complete('a__1'), pause])
      .when(evaluated('l', { value: true }))
      .then(['EvaluationRecorded l', ['LoopIterated l', { iteration: 2 }], 'StepsDeferred'])
      .when(resume)
      .then(['WorkflowResumed', 'StepsResumed', 'TaskScheduled a__2']);
  });

  it('is asked again after a retry of the workflow', () => {
    given(workflow, [start(), complete('a__1', { text: 'x' }), terminateWorkflow()])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened l', 'LoopIterated l', 'EvaluationRequested l'])
      .when(evaluated('l', { value: true }))
      .then(['EvaluationRecorded l', 'LoopIterated l', 'TaskScheduled a__2']);
  });
});

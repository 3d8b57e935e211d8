import {
  aWorkflow,
  doWhile,
  type Fields,
  fork,
  join,
  setVariable,
  simple,
  subWorkflow,
  switchOn,
  type WorkflowBuilder,
} from '../testing/definitions.js';
import { Run } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  childEnds,
  claim,
  complete,
  completeAll,
  evaluated,
  fail,
  fireTimer,
  fireTimerAfter,
  pause,
  progress,
  resume,
  retry,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

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
      tasks: definition.tasks.map(({ loopCondition: _, ...task }) =>
        task.type === 'DO_WHILE' && loopCondition !== undefined ? { ...task, loopCondition } : task,
      ),
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
    expect(Object.keys((request?.event.data as { readonly input: object }).input)).toEqual(['p', 'l', 'a']);
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

describe('a task of the body that fails', () => {
  it('is retried by its own policy first', () => {
    given(looping('false', {}, [simple('a', { retryCount: 1 })]).withTaskDef('a', { retryDelaySeconds: 5 }), [start()])
      .when(fail('a__1', 'first'))
      .then(['TaskFailed a__1', ['RetryScheduled a__1', { retryCount: 1, scope: '__1', iteration: 1 }]])
      .when(fireTimerAfter(5), complete('a__1', { x: 2 }))
      .thenTask('l', { status: 'COMPLETED', output: { iteration: 1, 1: { a: { x: 2 } } } });
  });

  it('fails the loop with its reason, and the loop the workflow', () => {
    given(looping('true', { retryCount: 3 }), [start(), complete('a__1', { x: 1 })])
      .when(fail('a__2', 'broken'))
      .then([
        'TaskFailed a__2',
        ['TaskFailed l', { status: 'FAILED', reasonForIncompletion: 'broken' }],
        [
          'WorkflowFailed',
          (run) => ({ reason: `Task ${run.idOf('l')} failed with status: FAILED and reason: 'broken'` }),
        ],
      ])
      .thenTask('l', { output: { iteration: 2, 1: { a: { x: 1 } } } });
  });

  it('takes along what else is open inside, and the flow goes on behind an optional loop', () => {
    const body = [
      fork('f', [simple('a')], [doWhile('in', 'true', [simple('b')])], [subWorkflow('c', { name: 'child' })]),
      join('j', ['a', 'in', 'c']),
    ];
    given(looping('true', { optional: true }, body), [start()])
      .when(fail('a__1', 'broken'))
      .then([
        'TaskFailed a__1',
        ['TaskFailed l', { status: 'COMPLETED_WITH_ERRORS', reasonForIncompletion: 'broken' }],
        'TaskCanceled in__1',
        'TaskCanceled b__1__1',
        ['TaskCanceled c__1', { childTermination: 'Loop l of the parent workflow has ended' }],
        'TaskCanceled j__1',
        'TaskScheduled z',
      ])
      .when(complete('z'))
      .then(['TaskCompleted z', 'WorkflowCompleted']);
  });

  it('is forgiven when it is optional', () => {
    given(looping(times(2), {}, [simple('a', { optional: true })]), [start()])
      .when(fail('a__1', 'never mind'))
      .then([['TaskFailed a__1', { status: 'COMPLETED_WITH_ERRORS' }], 'LoopIterated l', 'TaskScheduled a__2']);
  });

  it('lets its siblings finish when it is permissive, then fails the loop with all reasons', () => {
    const body = [
      fork('f', [simple('a', { permissive: true })], [simple('b', { permissive: true })], [simple('c')]),
      join('j', ['c']),
    ];
    given(looping('true', {}, body), [start(), fail('a__1', 'one'), fail('b__1', 'two')])
      .when(complete('c__1'))
      .then([
        'TaskCompleted c__1',
        'TaskCompleted j__1',
        ['TaskFailed l', { status: 'FAILED', reasonForIncompletion: 'one two' }],
        'WorkflowFailed',
      ]);
  });

  it('by its timeout fails the loop too', () => {
    const workflow = looping('true').withTaskDef('a', { responseTimeoutSeconds: 5, timeoutPolicy: 'RETRY' });
    given(workflow, [start(), claim('a__1')])
      .when(fireTimerAfter(5))
      .then(['TimerFired response a__1', 'TaskTimedOut a__1', 'TaskFailed l', 'WorkflowFailed'])
      .when(fireTimer)
      .thenRefused('TIMER_NOT_DUE');
  });

  it('in a loop within a loop fails the inner one, which may be optional', () => {
    const inner = doWhile('in', 'true', [simple('a')], { optional: true });
    given(looping(times(2), {}, [inner, simple('b')]), [start()])
      .when(fail('a__1__1', 'broken'))
      .then(['TaskFailed a__1__1', ['TaskFailed in__1', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled b__1']);
  });

  it('and another that was to be tried again: it is not, when the loop is over', () => {
    const body = [fork('f', [simple('a', { retryCount: 3 })], [simple('b')]), join('j', ['a', 'b'])];
    given(looping('true', { optional: true }, body), [start(), pause, fail('b__1', 'no'), fail('a__1', 'later')])
      .when(resume)
      .then(['WorkflowResumed', 'TaskFailed l', 'TaskCanceled j__1', 'TaskScheduled z']);
  });
});

describe('a loop that is ended from outside', () => {
  it('takes along what runs inside', () => {
    given(looping('true'), [start()])
      .when(complete('l', { by: 'hand' }))
      .then(['TaskCompleted l', 'TaskCanceled a__1', 'TaskScheduled z'])
      .thenTask('l', { output: { by: 'hand' } });
  });

  it('keeps what it shows when somebody reports progress', () => {
    given(looping('true'), [start(), complete('a__1', { x: 1 })])
      .when(progress('l', { output: { other: 1 } }))
      .thenTask('l', { status: 'IN_PROGRESS', output: { iteration: 2, 1: { a: { x: 1 } } } })
      .when(complete('a__2'))
      .then(['TaskCompleted a__2', 'LoopIterated l', 'TaskScheduled a__3']);
  });

  it('by its own timeout', () => {
    const workflow = looping('true', { optional: true }).withTaskDef('l', {
      timeoutSeconds: 9,
      responseTimeoutSeconds: 9,
      timeoutPolicy: 'RETRY',
    });
    given(workflow, [start()])
      .when(fireTimerAfter(9))
      .then([
        'TimerFired timeout l',
        ['TaskTimedOut l', { status: 'COMPLETED_WITH_ERRORS' }],
        'TaskCanceled a__1',
        'TaskScheduled z',
      ]);
  });
});

describe('a turn', () => {
  const body = (joinOn: readonly string[]): readonly Fields[] => [
    fork('f', [simple('a'), simple('b')], [simple('c')]),
    join('j', joinOn),
  ];

  it('is over when the branches are that its JOIN does not wait for', () => {
    given(looping(times(2), {}, body(['c'])), [start(), complete('c__1')])
      .when(complete('a__1'))
      .then(['TaskCompleted a__1', 'TaskScheduled b__1'])
      .when(complete('b__1'))
      .then([
        'TaskCompleted b__1',
        'LoopIterated l',
        'TaskScheduled f__2',
        'TaskCompleted f__2',
        'TaskScheduled a__2',
        'TaskScheduled c__2',
        'TaskScheduled j__2',
      ]);
  });

  it('is over when the list is that the last SWITCH of a branch has led into', () => {
    const branch = [switchOn('s', 'x', { x: [simple('b')] })];
    const forked = [fork('f', branch, [simple('c')]), join('j', ['s', 'c'])];
    given(looping('false', {}, forked), [start()])
      .when(complete('c__1'))
      .then(['TaskCompleted c__1', 'TaskCompleted j__1'])
      .when(complete('b__1'))
      .then(['TaskCompleted b__1', 'LoopIterated l', 'TaskCompleted l', 'TaskScheduled z']);
  });

  it('joins its own branches', () => {
    given(looping(times(2), {}, body(['b', 'c'])), [start(), completeAll, completeAll])
      .thenTask('j__1', { status: 'COMPLETED', input: { joinOn: ['b__1', 'c__1'] } })
      .thenTask('j__2', { status: 'IN_PROGRESS', input: { joinOn: ['b__2', 'c__2'] } });
  });

  it('may start a child workflow', () => {
    const workflow = looping(times(2), {}, [subWorkflow('c', { name: 'child' })]);
    const { run } = given(workflow, [start()]);
    const first = run.task('c__1').subWorkflowId;
    given(workflow, [start(), childEnds('c__1', 'COMPLETED', { y: 1 })]).thenTask('c__2', { status: 'IN_PROGRESS' });
    childEnds('c__1', 'COMPLETED', { y: 1 })(run);
    expect(run.task('c__2').subWorkflowId).not.toBe(first);
  });
});

describe('keepLastN', () => {
  it('takes older turns out of the view and the output', () => {
    given(looping(times(3), { inputParameters: { keepLastN: 1 } }), [start(), complete('a__1', { x: 1 })])
      .when(complete('a__2', { x: 2 }))
      .then([
        'TaskCompleted a__2',
        ['LoopIterated l', { iteration: 3, output: { 2: { a: { x: 2 } } }, dropped: ['1'] }],
        'TasksRemoved',
        'TaskScheduled a__3',
      ])
      .thenTask('l', { output: { iteration: 3, 2: { a: { x: 2 } } } })
      .when(complete('a__3', { x: 3 }))
      .then([
        'TaskCompleted a__3',
        ['LoopIterated l', { dropped: ['2'] }],
        'TasksRemoved',
        'TaskCompleted l',
        'TaskScheduled z',
      ])
      .thenTask('l', { output: { iteration: 3, 3: { a: { x: 3 } } } })
      .thenWorkflow(({ live }) => ({ latest: { a: 'a__3' }, taskCount: live.taskCount }));
  });

  it('takes all attempts, and the turns of loops inside', () => {
    const body = [simple('a', { retryCount: 1 }), doWhile('in', times(2, 'in'), [simple('b')])];
    const workflow = looping('true', { inputParameters: { keepLastN: 1 } }, body);
    const { run } = given(workflow, [start(), fail('a__1'), fireTimerAfter(60), completeAll, completeAll, completeAll]);
    const attempts = Object.keys(run.live.references).filter((id) => /__1/.test(run.live.references[id] ?? ''));
    expect(attempts).toHaveLength(5);
    const records = [completeAll, completeAll, completeAll].flatMap((step) => step(run));
    const removed = records.flatMap(({ event }) => (event.type === 'TasksRemoved' ? event.data.taskIds : []));
    expect(removed.toSorted()).toEqual(attempts.toSorted());
    expect(Object.keys(run.live.tasks).toSorted()).toEqual(['a__2', 'a__3', 'b__2__1', 'b__2__2', 'in__2', 'l']);
  });

  it.each([0, -1, 1.5, '1', null])('of %j is none', (keepLastN) => {
    given(looping(times(3), { inputParameters: { keepLastN: '${workflow.input.n}' } }), [
      start({ n: keepLastN }),
      complete('a__1'),
    ])
      .when(complete('a__2'))
      .then(['TaskCompleted a__2', 'LoopIterated l', 'TaskScheduled a__3']);
  });
});

describe('DO_WHILE over a list', () => {
  const body = [simple('a', { inputParameters: { item: '${l.output.loopItem}', index: '${l.output.loopIndex}' } })];
  const items = '${workflow.input.list}';

  it('takes a turn per item', () => {
    given(looping('true', { items }, body), [start({ list: ['x', 'y'] })])
      .thenTask('l', { input: { _items: ['x', 'y'] }, output: { iteration: 1, loopIndex: 0, loopItem: 'x' } })
      .thenTask('a__1', { input: { item: 'x', index: 0 } })
      .when(complete('a__1'))
      .thenTask('a__2', { input: { item: 'y', index: 1 } })
      .when(complete('a__2'))
      .then(['TaskCompleted a__2', 'LoopIterated l', 'TaskCompleted l', 'TaskScheduled z']);
  });

  it('stops earlier when the condition does', () => {
    given(looping("$.loopItem != 'x' || $.loopIndex > 5 || $.l.loopItem != 'x'", { items }, body), [
      start({ list: ['x', 'y'] }),
    ])
      .when(complete('a__1'))
      .then(['TaskCompleted a__1', 'LoopIterated l', 'TaskCompleted l', 'TaskScheduled z']);
  });

  it('takes the list from the input too', () => {
    given(looping('true', { inputParameters: { _items: items } }, body), [
      start({ list: [1, 2] }),
      complete('a__1'),
    ]).thenTask('a__2', { input: { item: 2, index: 1 } });
  });

  it.each([
    ['an empty list', []],
    ['nothing', null],
  ])('of %s completes without a turn', (_what, list) => {
    given(looping('true', { items }, body))
      .when(start({ list }))
      .then([
        'WorkflowStarted',
        'TaskScheduled l',
        ['TaskCompleted l', { output: { iteration: 0 } }],
        'TaskScheduled z',
      ]);
  });

  it('takes what is no list for its only item', () => {
    given(looping('true', { items }, body), [start({ list: { k: 1 } })])
      .thenTask('a__1', { input: { item: { k: 1 }, index: 0 } })
      .when(complete('a__1'))
      .thenTask('l', { status: 'COMPLETED' });
  });

  it('resolves the list once', () => {
    const set = setVariable('s', { list: ['a', 'b', 'c'] });
    given(looping('true', { items: '${workflow.variables.list}' }, [set]).with({ variables: { list: [1] } }))
      .when(start({}, { variables: { list: [1] } } as never))
      .thenTask('l', { status: 'COMPLETED' });
  });

  it('that is too long is refused at its beginning', () => {
    const run = new Run(looping('true', { items }, body).flow(), { audited: false });
    start({ list: Array.from({ length: 100_001 }, () => 0) })(run);
    expect(run.records.map(({ event }) => event.type)).toEqual([
      'WorkflowStarted',
      'TaskScheduled',
      'TaskFailed',
      'WorkflowFailed',
    ]);
    expect(run.task('l')).toMatchObject({
      status: 'FAILED_WITH_TERMINAL_ERROR',
      input: {},
      reason: 'Loop l has 100001 items, a loop may not have more than 100000',
    });
  });

  it('of a million items ends the workflow at once', () => {
    const run = new Run(looping('true', { items }, body).flow(), { audited: false });
    start({ list: Array.from({ length: 1_000_000 }, () => 0) })(run);
    expect(run.live.status).toBe('FAILED');
    expect(run.live.reason).toMatch('Input of task l cannot be resolved');
  });
});

describe('loops within loops', () => {
  const nested = aWorkflow().withTask(
    doWhile('out', times(2, 'out'), [
      simple('a'),
      doWhile('in', times(2, 'in'), [simple('b', { inputParameters: { a: '${a.output.n}', b: '${b.output.n}' } })]),
      simple('c', { inputParameters: { b: '${b.output.n}' } }),
    ]),
  );

  it('have compound names, and each its own output', () => {
    given(nested, [start(), complete('a__1', { n: 1 }), complete('b__1__1', { n: 11 }), complete('b__1__2', { n: 12 })])
      .thenTask('b__1__2', { input: { a: 1, b: 11 } })
      .thenTask('c__1', { input: { b: 12 } })
      .thenTask('in__1', { output: { iteration: 2, 1: { b: { n: 11 } }, 2: { b: { n: 12 } } } })
      .when(complete('c__1'))
      .thenTask('out', { output: { iteration: 2, 1: { a: { n: 1 }, in: { iteration: 2, 1: { b: { n: 11 } } } } } })
      .when(complete('a__2', { n: 2 }))
      .thenTask('b__2__1', { input: { a: 2, b: 12 }, iteration: 1, scope: '__2__1' });
  });

  it('end inside out', () => {
    const { run } = given(nested, [start()]);
    for (let round = 0; round < 8; round++) completeAll(run);
    expect(run.live.status).toBe('COMPLETED');
    expect(Object.keys(run.live.tasks)).toHaveLength(1 + 2 * 5);
  });
});

describe('a workflow that failed inside of a loop, when it is retried,', () => {
  it('tries the task once more and goes on with the loop at its turn', () => {
    given(looping(times(3)), [start(), complete('a__1', { x: 1 }), fail('a__2', 'no')])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened l', ['RetryScheduled a__2', { retryCount: 1, scope: '__2' }]])
      .when(complete('a__2', { x: 2 }))
      .then(['TaskCompleted a__2', ['LoopIterated l', { iteration: 3 }], 'TaskScheduled a__3'])
      .thenTask('l', { output: { iteration: 3, 1: { a: { x: 1 } }, 2: { a: { x: 2 } } } });
  });

  it('opens loops within loops, and JOINs, where they were', () => {
    const inner = [fork('f', [simple('b')], [simple('c')]), join('j', ['b', 'c'])];
    const workflow = looping('false', {}, [doWhile('in', 'false', inner)]);
    given(workflow, [start(), complete('c__1__1'), fail('b__1__1')])
      .when(retry)
      .then([
        'WorkflowRetried',
        'TaskReopened l',
        'TaskReopened in__1',
        'RetryScheduled b__1__1',
        'TaskReopened j__1__1',
      ])
      .when(complete('b__1__1'))
      .thenTask('l', { status: 'COMPLETED' });
  });

  it('leaves alone what failed in an optional loop', () => {
    given(looping('true', { optional: true }), [start(), fail('a__1'), fail('z')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled z']);
  });

  it('begins the turn that had only been recorded', () => {
    const workflow = looping(forSandbox, {}, [simple('a')]);
    given(workflow, [start(), complete('a__1'), pause, evaluated('l', { value: true }), terminateWorkflow()])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened l', 'TaskScheduled a__2']);
  });
});

describe('a loop of operators whose condition always holds', () => {
  it('gives way to others again and again', () => {
    const { run } = given(looping('$.l.iteration < 300', {}, [setVariable('s', { v: '${l.output.iteration}' })]), []);
    start()(run);
    expect(run.task('l').output['iteration']).toBe(300);
    expect(run.live.variables).toEqual({ v: 300 });
    expect(run.commands.length).toBeGreaterThan(5);
  }, 60_000);
});

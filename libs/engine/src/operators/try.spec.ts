// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import {
  aWorkflow,
  doWhile,
  type Fields,
  fork,
  inline,
  join,
  simple,
  subWorkflow,
  switchOn,
  terminate,
  tryCatch,
  wait,
} from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import {
  cancel,
  claim,
  complete,
  evaluated,
  fail,
  fireTimerAfter,
  pause,
  resume,
  retry,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const all = (fields: Fields = {}) =>
  aWorkflow().withTask(
    tryCatch(
      't',
      {
        try: [simple('a'), simple('b')],
        catch: [simple('c', { inputParameters: { error: '${t.output.error}' } })],
        finally: [simple('f', { inputParameters: { error: '${t.output.error}' } })],
      },
      fields,
    ),
    simple('z', { inputParameters: { caught: '${t.output.caught}', reason: '${t.output.error.reason}' } }),
  );
const withoutCatch = (fields: Fields = {}) =>
  aWorkflow().withTask(tryCatch('t', { try: [simple('a')], finally: [simple('f')] }, fields), simple('z'));

describe('TRY', () => {
  it('runs its list, then what comes finally, and is open until then', () => {
    given(all())
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled t', { taskType: 'TRY', status: 'IN_PROGRESS' }], 'TaskScheduled a'])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled b'])
      .when(complete('b'))
      .then([
        'TaskCompleted b',
        ['BranchEntered t', { branch: 'finally', errors: {} }],
        ['TaskScheduled f', { input: { error: null } }],
      ])
      .thenTask('t', { status: 'IN_PROGRESS' })
      .when(complete('f'))
      .then(['TaskCompleted f', ['TaskCompleted t', { output: { caught: false } }], 'TaskScheduled z']);
  });

  it('catches a failure: the rest of the list is left, its catch knows the error, finally comes too', () => {
    const error = (run: { idOf: (reference: string) => string }) => ({
      taskId: run.idOf('a'),
      referenceTaskName: 'a',
      status: 'FAILED',
      reason: 'no',
      output: { x: 1 },
    });
    given(all(), [start()])
      .when(fail('a', 'no', { output: { x: 1 } }))
      .then([
        'TaskFailed a',
        ['BranchEntered t', (run) => ({ branch: 'catch', errors: { try: error(run) } })],
        ['TaskScheduled c', (run) => ({ input: { error: error(run) } })],
      ])
      .when(complete('c'))
      .then(['TaskCompleted c', ['BranchEntered t', { branch: 'finally' }], 'TaskScheduled f'])
      .when(complete('f'))
      .then([
        'TaskCompleted f',
        ['TaskCompleted t', (run) => ({ output: { error: error(run), caught: true } })],
        ['TaskScheduled z', { input: { caught: true, reason: 'no' } }],
      ])
      .when(complete('z'))
      .then(['TaskCompleted z', ['WorkflowCompleted', { failedReferenceTaskNames: ['a'] }]]);
  });

  it('needs neither catch nor finally', () => {
    const bare = aWorkflow().withTask(tryCatch('t', { try: [simple('a')] }), simple('z'));
    given(bare, [start()])
      .when(complete('a'))
      .then(['TaskCompleted a', ['TaskCompleted t', { output: { caught: false } }], 'TaskScheduled z']);
    given(bare, [start()])
      .when(fail('a', 'no'))
      .then([
        'TaskFailed a',
        [
          'TaskFailed t',
          { status: 'FAILED', reasonForIncompletion: 'no', output: { caught: false, error: { reason: 'no' } } },
        ],
        ['WorkflowFailed', (run) => ({ failedTaskId: run.idOf('t'), failedReferenceTaskNames: ['a', 't'] })],
      ]);
  });

  it('catches with a list that has no tasks', () => {
    const workflow = aWorkflow().withTask(tryCatch('t', { try: [simple('a')], catch: [] }), simple('z'));
    given(workflow, [start()])
      .when(fail('a', 'no'))
      .then(['TaskFailed a', 'BranchEntered t', ['TaskCompleted t', { output: { caught: true } }], 'TaskScheduled z']);
  });

  it('without catch lets the failure go on after finally', () => {
    given(withoutCatch(), [start()])
      .when(fail('a', 'no'))
      .then([
        'TaskFailed a',
        ['BranchEntered t', { branch: 'finally', errors: { try: { reason: 'no' } } }],
        'TaskScheduled f',
      ])
      .when(complete('f'))
      .then(['TaskCompleted f', ['TaskFailed t', { reasonForIncompletion: 'no' }], 'WorkflowFailed']);
  });

  it('runs finally after a failure in catch, and fails with that', () => {
    given(all(), [start(), fail('a', 'first')])
      .when(fail('c', 'second'))
      .then([
        'TaskFailed c',
        ['BranchEntered t', { branch: 'finally', errors: { try: { reason: 'first' }, catch: { reason: 'second' } } }],
        ['TaskScheduled f', { input: { error: { reason: 'second' } } }],
      ])
      .when(complete('f'))
      .then([
        'TaskCompleted f',
        ['TaskFailed t', { reasonForIncompletion: 'second', output: { error: { reason: 'second' }, caught: false } }],
        ['WorkflowFailed', { failedReferenceTaskNames: ['a', 'c', 't'] }],
      ]);
  });

  it('fails with a failure in finally', () => {
    given(all(), [start(), complete('a'), complete('b')])
      .when(fail('f', 'at last'))
      .then(['TaskFailed f', ['TaskFailed t', { reasonForIncompletion: 'at last' }], 'WorkflowFailed']);
  });

  it.each([
    ['optional', { optional: true }, 'COMPLETED_WITH_ERRORS', 'WorkflowCompleted'],
    ['permissive', { permissive: true }, 'FAILED', 'WorkflowFailed'],
  ])('may fail where it is %s', (_what, fields, status, end) => {
    given(withoutCatch(fields), [start(), fail('a', 'no')])
      .when(complete('f'))
      .then(['TaskCompleted f', ['TaskFailed t', { status }], 'TaskScheduled z'])
      .when(complete('z'))
      .then(['TaskCompleted z', end]);
  });

  it('is not tried once more by a policy', () => {
    given(withoutCatch({ retryCount: 3 }), [start(), fail('a', 'no'), complete('f')]).thenWorkflow({
      status: 'FAILED',
    });
  });
});

describe('what a TRY catches', () => {
  const guarded = (...body: readonly Fields[]) =>
    aWorkflow().withTask(tryCatch('t', { try: body, catch: [simple('c')] }), simple('z'));

  it('is a failure that is final: attempts that are left are made first', () => {
    given(guarded(simple('a', { retryCount: 1 })).withTaskDef('a', { retryDelaySeconds: 0 }), [start()])
      .when(fail('a', 'no'))
      .then(['TaskFailed a', 'RetryScheduled a'])
      .when(fail('a', 'no'))
      .then(['TaskFailed a', 'BranchEntered t', 'TaskScheduled c']);
  });

  it.each([
    ['optional', { optional: true }, 'WorkflowCompleted'],
    ['permissive', { permissive: true }, 'WorkflowFailed'],
  ])('is not the failure of a task that is %s', (_what, fields, end) => {
    given(guarded(simple('a', fields), simple('b')), [start()])
      .when(fail('a'))
      .then(['TaskFailed a', 'TaskScheduled b'])
      .when(complete('b'), complete('z'))
      .then(['TaskCompleted b', 'TaskCompleted t', 'TaskScheduled z', 'TaskCompleted z', end]);
  });

  it('takes with it what a permissive task beside it has done: the list is given up as a whole', () => {
    const body = [
      fork('f', [simple('p', { permissive: true })], [wait('w', {}, { permissive: true })], [simple('a')]),
      join('j', ['p', 'w', 'a']),
    ];
    given(guarded(...body), [start(), fail('p', 'borne'), fail('a', 'no'), complete('c')])
      .thenTask('w', { status: 'CANCELED' })
      .when(complete('z'))
      .then(['TaskCompleted z', 'WorkflowCompleted']);
  });

  it('is a failure at any depth; all that is open beside it is cancelled, with its children', () => {
    const body = [
      fork('f', [switchOn('s', 'x', { x: [simple('a')] })], [subWorkflow('child', { name: 'child' })], [wait('w')]),
      join('j', ['s', 'child', 'w']),
    ];
    given(guarded(...body), [start()])
      .when(fail('a', 'no'))
      .then([
        'TaskFailed a',
        [
          'TaskCanceled child',
          (run) => ({
            subWorkflowId: run.task('child').subWorkflowId,
            childTermination: 'Task a of the parent workflow has failed: no',
          }),
        ],
        'TaskCanceled w',
        'TaskCanceled j',
        'BranchEntered t',
        'TaskScheduled c',
      ])
      .when(complete('c'))
      .then(['TaskCompleted c', 'TaskCompleted t', 'TaskScheduled z']);
  });

  it.each([
    ['the policy RETRY', 'RETRY'],
    ['a policy for the workflow', 'TIME_OUT_WF'],
  ])('is a timeout of a task inside, by %s', (_what, timeoutPolicy) => {
    const def = { timeoutSeconds: 5, responseTimeoutSeconds: 5, timeoutPolicy };
    given(guarded(simple('a')).withTaskDef('a', { ...def, responseTimeoutSeconds: 5 }), [start(), claim('a')])
      .when(fireTimerAfter(5))
      .then([
        'TimerFired response a',
        'TaskTimedOut a',
        ['BranchEntered t', { errors: { try: { status: 'TIMED_OUT' } } }],
        'TaskScheduled c',
      ]);
    const total = { totalTimeoutSeconds: 5, timeoutSeconds: 5, responseTimeoutSeconds: 5, timeoutPolicy };
    given(guarded(simple('a')).withTaskDef('a', total), [start()])
      .when(fireTimerAfter(5))
      .then(['TimerFired total a', 'TaskTimedOut a', 'BranchEntered t', 'TaskScheduled c']);
  });

  it('is a task that was cancelled, and a script that failed', () => {
    given(guarded(simple('a')), [start()])
      .when(cancel('a'))
      .then(['TaskCanceled a', ['BranchEntered t', { errors: { try: { status: 'CANCELED' } } }], 'TaskScheduled c']);
    given(guarded(inline('i', '[1].sort()')), [start()])
      .when(evaluated('i', { kind: 'error', message: 'no' }))
      .then(['EvaluationRecorded i', 'TaskFailed i', 'BranchEntered t', 'TaskScheduled c']);
  });

  it('is not the end of the workflow', () => {
    given(guarded(simple('a')), [start()])
      .when(terminateWorkflow('enough'))
      .then(['TaskCanceled t', 'TaskCanceled a', 'WorkflowTerminated']);
    given(guarded(simple('a')).with({ timeoutSeconds: 5, timeoutPolicy: 'TIME_OUT_WF' }), [start()])
      .when(fireTimerAfter(5))
      .then(['TimerFired workflow', 'TaskCanceled t', 'TaskCanceled a', 'WorkflowTimedOut']);
  });

  it('is not a TERMINATE inside of it: that is the end, without finally', () => {
    const body = [simple('a'), terminate('end', 'FAILED')];
    const workflow = aWorkflow().withTask(tryCatch('t', { try: body, catch: [simple('c')], finally: [simple('f')] }));
    given(workflow, [start()])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled end', 'TaskCompleted end', 'TaskCanceled t', 'WorkflowFailed']);
  });

  it('goes to the innermost TRY, and outwards when that does not catch', () => {
    const inner = (lists: Partial<Parameters<typeof tryCatch>[1]>) =>
      given(guarded(tryCatch('i', { try: [simple('a')], ...lists })), [start()]);
    inner({ catch: [simple('d')] })
      .when(fail('a', 'no'))
      .then(['TaskFailed a', 'BranchEntered i', 'TaskScheduled d'])
      .when(fail('d', 'no either'))
      .then([
        'TaskFailed d',
        'TaskFailed i',
        ['BranchEntered t', { errors: { try: { referenceTaskName: 'i', reason: 'no either' } } }],
        'TaskScheduled c',
      ]);
    inner({ finally: [simple('d')] })
      .when(fail('a', 'no'))
      .then(['TaskFailed a', 'BranchEntered i', 'TaskScheduled d'])
      .when(complete('d'))
      .then(['TaskCompleted d', 'TaskFailed i', 'BranchEntered t', 'TaskScheduled c']);
  });

  it('is also the failure of another TRY that stands in its catch or finally', () => {
    const nested = tryCatch('i', { try: [simple('d')], finally: [simple('g')] });
    const workflow = aWorkflow().withTask(
      tryCatch('t', { try: [simple('a')], catch: [nested], finally: [simple('f')] }),
    );
    given(workflow, [start(), fail('a')])
      .when(fail('d'), complete('g'))
      .then([
        'TaskFailed d',
        'BranchEntered i',
        'TaskScheduled g',
        'TaskCompleted g',
        'TaskFailed i',
        ['BranchEntered t', { branch: 'finally' }],
        'TaskScheduled f',
      ]);
  });
});

describe('TRY in a branch', () => {
  it('leaves the other branches alone, and the JOIN waits for it', () => {
    const workflow = aWorkflow().withTask(
      fork('f', [tryCatch('t', { try: [simple('a')], catch: [simple('c')] })], [simple('b')]),
      join('j', ['t', 'b']),
    );
    given(workflow, [start()])
      .when(fail('a'))
      .then(['TaskFailed a', 'BranchEntered t', 'TaskScheduled c'])
      .when(complete('b'), complete('c', { x: 1 }))
      .then([
        'TaskCompleted b',
        'TaskCompleted c',
        'TaskCompleted t',
        ['TaskCompleted j', { output: { t: { caught: true } } }],
        'WorkflowCompleted',
      ]);
  });

  it('wakes a JOIN outside that waits for what it cancels', () => {
    const workflow = aWorkflow().withTask(
      fork(
        'f',
        [
          tryCatch('t', {
            try: [fork('g', [simple('a')], [simple('b')]), join('h', ['a', 'b'])],
            catch: [simple('c')],
          }),
        ],
        [simple('d')],
      ),
      join('j', ['b', 'd'], { permissive: true }),
    );
    given(workflow, [start(), complete('d')])
      .when(fail('a'))
      .then([
        'TaskFailed a',
        'TaskCanceled b',
        'TaskCanceled h',
        'BranchEntered t',
        ['TaskCanceled j', {}],
        'TaskScheduled c',
      ]);
  });

  it('goes on with what it has left behind when its list is through', () => {
    const workflow = aWorkflow().withTask(
      tryCatch('t', { try: [fork('g', [simple('a')], [simple('b'), simple('d')]), join('h', ['a'])], catch: [] }),
      simple('z'),
    );
    given(workflow, [start(), complete('a')])
      .thenTask('t', { status: 'COMPLETED' })
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskScheduled d'])
      .when(fail('d', 'no'))
      .then(['TaskFailed d', 'TaskCanceled z', 'WorkflowFailed']);
  });
});

describe('TRY that is paused in between', () => {
  it('catches when the workflow is resumed, once', () => {
    const workflow = aWorkflow().withTask(
      tryCatch('t', {
        try: [fork('g', [simple('a')], [simple('b')], [simple('d')]), join('h', ['a', 'b', 'd'])],
        catch: [simple('c')],
      }),
    );
    given(workflow, [start(), pause])
      .when(fail('a', 'one'), fail('b', 'two'))
      .then(['TaskFailed a', 'TaskFailed b'])
      .when(resume)
      .then([
        'WorkflowResumed',
        'TaskCanceled d',
        'TaskCanceled h',
        ['BranchEntered t', { errors: { try: { reason: 'one' } } }],
        'TaskScheduled c',
      ]);
  });

  it('makes no attempt that is owed where it has given up', () => {
    const workflow = aWorkflow().withTask(
      tryCatch('t', {
        try: [fork('g', [simple('a')], [simple('b', { retryCount: 1 })]), join('h', ['a', 'b'])],
        catch: [simple('c')],
      }),
    );
    given(workflow, [start(), pause, fail('a', 'one'), fail('b', 'two')])
      .when(resume)
      .then(['WorkflowResumed', 'TaskCanceled h', 'BranchEntered t', 'TaskScheduled c']);
  });
});

describe('TRY whose inner tasks are awaited from outside', () => {
  it('lets the JOIN see the end of an attempt that is owed', () => {
    const workflow = aWorkflow().withTask(
      fork('f', [
        tryCatch('t', {
          try: [fork('g', [simple('a')], [simple('b', { retryCount: 1 })]), join('h', ['a'])],
          catch: [simple('c')],
        }),
      ]),
      join('j', ['b'], { permissive: true }),
    );
    given(workflow, [start(), pause, fail('a', 'one'), fail('b', 'two')])
      .when(resume)
      .then([
        'WorkflowResumed',
        'TaskCanceled h',
        'BranchEntered t',
        'RetryScheduled b',
        'TaskCanceled b',
        'TaskCanceled j',
        'TaskScheduled c',
      ]);
  });
});

describe('TRY that times out itself', () => {
  it('ends what is inside of it, and fails like any other task', () => {
    const workflow = withoutCatch({ optional: true }).withTaskDef('t', {
      timeoutSeconds: 5,
      responseTimeoutSeconds: 5,
      timeoutPolicy: 'RETRY',
    });
    given(workflow, [start()])
      .when(fireTimerAfter(5))
      .then([
        'TimerFired timeout t',
        ['TaskTimedOut t', { status: 'COMPLETED_WITH_ERRORS' }],
        'TaskCanceled a',
        'TaskScheduled z',
      ]);
  });

  it('I19 a turn is over when its optional TRY was failed by hand in its midst', () => {
    const body = [tryCatch('t', { try: [simple('a'), simple('b')] }, { optional: true })];
    given(aWorkflow().withTask(doWhile('l', "$.l['iteration'] < 1", body)), [start()])
      .when(fail('t__1'))
      .then(['TaskFailed t__1', 'TaskCanceled a__1', 'LoopIterated l', 'TaskCompleted l', 'WorkflowCompleted']);
  });

  it('I6 stays closed in an optional loop that has ended without it, when the workflow is retried', () => {
    const loop = doWhile('l', "$.l['iteration'] < 1", [tryCatch('t', { try: [simple('a')] })], { optional: true });
    given(aWorkflow().withTask(simple('p', { permissive: true }), loop), [start(), fail('p'), fail('a__1')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled p']);
  });

  it('I7 a loop in it takes no turn more when it was failed by hand while the workflow was paused', () => {
    const loop = doWhile('l', "$.l['iteration'] < 3", [simple('a')]);
    given(aWorkflow().withTask(tryCatch('t', { try: [loop] })), [start(), pause, complete('a__1'), fail('t')])
      .when(resume)
      .then(['WorkflowResumed', 'TaskCanceled l', 'WorkflowFailed']);
  });
});

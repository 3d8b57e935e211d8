import {
  aWorkflow,
  doWhile,
  type Fields,
  forEach,
  fork,
  join,
  setVariable,
  simple,
  switchOn,
  type WorkflowBuilder,
} from '../testing/definitions.js';
import { Run } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  complete,
  completeAll,
  fail,
  fireTimerAfter,
  pause,
  resume,
  retry,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const item = { inputParameters: { item: '${e.output.loopItem}', index: '${e.output.loopIndex}' } };
const each = (
  items: string | readonly unknown[],
  concurrency?: unknown,
  body: readonly Fields[] = [simple('a', item)],
  fields: Fields = {},
): WorkflowBuilder =>
  aWorkflow().withTask(
    forEach('e', items, body, {
      ...(concurrency === undefined ? {} : { inputParameters: { concurrency } }),
      ...fields,
    }),
    simple('z'),
  );

describe('FOR_EACH', () => {
  it('runs its turns beside each other, each with its item', () => {
    given(each(['x', 'y']))
      .when(start())
      .then([
        'WorkflowStarted',
        ['TaskScheduled e', { taskType: 'FOR_EACH', input: { _items: ['x', 'y'], concurrency: 10 } }],
        ['LoopIterated e', { iteration: 0 }],
        ['TaskScheduled a__1', { input: { item: 'x', index: 0 }, iteration: 1 }],
        ['TaskScheduled a__2', { input: { item: 'y', index: 1 }, iteration: 2 }],
      ])
      .when(complete('a__2', { n: 2 }))
      .then(['TaskCompleted a__2', ['LoopIterated e', { iteration: 1, output: { 2: { a: { n: 2 } } } }]])
      .thenTask('e', { output: { iteration: 1, 2: { a: { n: 2 } } } })
      .when(complete('a__1', { n: 1 }))
      .then([
        'TaskCompleted a__1',
        ['LoopIterated e', { iteration: 2 }],
        ['TaskCompleted e', { output: { iteration: 2, results: [{ a: { n: 1 } }, { a: { n: 2 } }] } }],
        'TaskScheduled z',
      ])
      .thenTask('e', { status: 'COMPLETED', output: { iteration: 2, results: [{ a: { n: 1 } }, { a: { n: 2 } }] } });
  });

  it('takes the list from the field', () => {
    given(each('${workflow.input.list}'), [start({ list: [{ k: 1 }] })]).thenTask('a__1', {
      input: { item: { k: 1 }, index: 0 },
    });
  });

  it.each([
    ['an empty list', []],
    ['nothing', null],
  ])('of %s completes at once', (_what, list) => {
    given(each('${workflow.input.list}'))
      .when(start({ list }))
      .then([
        'WorkflowStarted',
        'TaskScheduled e',
        ['TaskCompleted e', { output: { iteration: 0, results: [] } }],
        'TaskScheduled z',
      ]);
  });

  it('takes what is no list for its only item', () => {
    given(each('${workflow.input.list}'), [start({ list: 'one' }), complete('a__1')]).thenTask('e', {
      status: 'COMPLETED',
      output: { results: [{ a: {} }] },
    });
  });

  it('runs at most as many turns at once as its concurrency says', () => {
    given(each(['p', 'q', 'r', 's'], 2))
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled e', 'LoopIterated e', 'TaskScheduled a__1', 'TaskScheduled a__2'])
      .when(complete('a__2'))
      .then(['TaskCompleted a__2', 'LoopIterated e', 'TaskScheduled a__3'])
      .when(complete('a__3'))
      .then(['TaskCompleted a__3', 'LoopIterated e', 'TaskScheduled a__4'])
      .when(complete('a__4'))
      .then(['TaskCompleted a__4', 'LoopIterated e'])
      .when(complete('a__1'))
      .then(['TaskCompleted a__1', 'LoopIterated e', 'TaskCompleted e', 'TaskScheduled z']);
  });

  it('of one at a time goes in order, and ten at once is the default', () => {
    const list = Array.from({ length: 12 }, (_, index) => index);
    given(each(list, 1), [start(), complete('a__1')]).thenWorkflow({ open: { e: true, a__2: true } });
    expect(given(each(list), [start()]).run.live.openCount).toBe(1 + 10);
    expect(given(each(list, '${workflow.input.c}'), [start({ c: 3 })]).run.live.openCount).toBe(1 + 3);
    expect(given(each(list, '${workflow.input.c}'), [start({ c: '4' })]).run.live.openCount).toBe(1 + 4);
  });

  it.each([0, -1, 1.5, 'many', true, {}])('fails for good with the concurrency %j', (concurrency) => {
    given(each(['x'], '${workflow.input.c}'))
      .when(start({ c: concurrency }))
      .then([
        'WorkflowStarted',
        'TaskScheduled e',
        [
          'TaskFailed e',
          {
            status: 'FAILED_WITH_TERMINAL_ERROR',
            reasonForIncompletion: 'FOR_EACH e: concurrency must be a whole number of at least 1',
          },
        ],
        'WorkflowFailed',
      ]);
  });

  it('refuses a list that is too long', () => {
    const run = new Run(each('${workflow.input.list}').flow(), { audited: false });
    start({ list: Array.from({ length: 100_001 }, () => 0) })(run);
    expect(run.task('e').reason).toBe('Loop e has 100001 items, a loop may not have more than 100000');
  });

  it('a bare reference inside of a turn means the same turn only', () => {
    const body = [
      simple('a', { inputParameters: { none: '${b.output.n}', named: '${b__1.output.n}' } }),
      simple('b', { inputParameters: { same: '${a.output.n}' } }),
    ];
    const workflow = aWorkflow().withTask(
      forEach('e', [1, 2, 3], body, { inputParameters: { concurrency: 2 } }),
      simple('z', { inputParameters: { b: '${b.output.n}', first: '${a__1.output.n}' } }),
    );
    given(workflow, [start(), complete('a__2', { n: 2 }), complete('a__1', { n: 1 }), complete('b__1', { n: 10 })])
      .thenTask('b__1', { input: { same: 1 } })
      .thenTask('b__2', { input: { same: 2 } })
      .thenTask('a__3', { input: { none: null, named: 10 } })
      .when(complete('b__2', { n: 20 }), complete('a__3', { n: 3 }), complete('b__3', { n: 30 }))
      .thenTask('z', { input: { b: 30, first: 1 } });
  });

  it('shows a turn nothing of what the others have left, and others what there is', () => {
    const body = [simple('a', { inputParameters: { all: '${e.output}' } })];
    const { run } = given(each([1, 2, 3], 1, body), [start(), complete('a__1')]);
    expect(run.task('a__2').input).toEqual({ all: { iteration: 1, loopIndex: 1, loopItem: 2 } });
    const behind = aWorkflow().withTask(
      forEach('e', [1], [simple('a')]),
      doWhile('l', 'false', [simple('b', { inputParameters: { all: '${e.output}' } })]),
    );
    expect(given(behind, [start(), complete('a__1')]).run.task('b__1').input).toEqual({
      all: { iteration: 1, results: [{ a: {} }] },
    });
  });

  it('takes forks, switches and joins into its turns', () => {
    const body = [
      fork('f', [simple('a')], [switchOn('s', '${e.output.loopItem}', { x: [simple('b')] })]),
      join('j', ['a', 's']),
    ];
    given(each(['x', 'y'], 2, body), [start(), complete('a__2'), complete('a__1')])
      .thenTask('j__1', { status: 'COMPLETED' })
      .thenTask('e', { status: 'IN_PROGRESS', output: { iteration: 1 } })
      .when(complete('b__1'))
      .then(['TaskCompleted b__1', 'LoopIterated e', 'TaskCompleted e', 'TaskScheduled z']);
  });
});

describe('a loop inside of a FOR_EACH, and the other way round,', () => {
  it('knows its own turns only', () => {
    const inner = doWhile('in', '$.b.more', [
      simple('b', { inputParameters: { before: '${b.output.n}', item: '${e.output.loopItem}' } }),
    ]);
    const body = [inner, simple('c', { inputParameters: { b: '${b.output.n}' } })];
    given(each(['x', 'y'], 2, body), [start(), complete('b__1__1', { n: 11, more: true })])
      .thenTask('b__1__2', { input: { before: 11, item: 'x' } })
      .when(complete('b__2__1', { n: 21 }))
      .thenTask('c__2', { input: { b: 21 } })
      .when(complete('b__1__2', { n: 12 }))
      .thenTask('c__1', { input: { b: 12 } })
      .thenTask('in__1', { output: { 1: { b: { n: 11 } }, 2: { b: { n: 12 } } } });
  });

  it('has compound names', () => {
    const inner = forEach('e', '${workflow.input.list}', [simple('a', item)]);
    const workflow = aWorkflow().withTask(doWhile('l', '$.l.iteration < 2', [inner]));
    given(workflow, [start({ list: ['x', 'y'] }), completeAll])
      .thenTask('a__2__2', { input: { item: 'y', index: 1 }, status: 'SCHEDULED' })
      .when(completeAll)
      .thenWorkflow({ status: 'COMPLETED' });
  });

  it('a FOR_EACH in a FOR_EACH sees the items of both', () => {
    const inner = forEach('in', '${out.output.loopItem}', [
      simple('a', { inputParameters: { both: '${out.output.loopIndex}/${in.output.loopItem}' } }),
    ]);
    const workflow = aWorkflow().withTask(forEach('out', [['p'], ['q', 'r']], [inner]));
    given(workflow, [start()])
      .thenTask('a__1__1', { input: { both: '0/p' } })
      .thenTask('a__2__2', { input: { both: '1/r' } });
  });
});

describe('a turn of a FOR_EACH that fails', () => {
  it('is retried by its task’s own policy first', () => {
    const body = [simple('a', { ...item, retryCount: 1 })];
    given(each(['x', 'y'], 1, body).withTaskDef('a', { retryDelaySeconds: 1 }), [start(), fail('a__1', 'once')])
      .thenTask('a__1', { retryCount: 1, input: { item: 'x', index: 0 } })
      .when(fireTimerAfter(1), complete('a__1'))
      .thenTask('a__2', { input: { item: 'y', index: 1 } });
  });

  it('fails the whole at once, and takes the others along', () => {
    given(each([1, 2, 3, 4], 3), [start(), complete('a__1', { n: 1 })])
      .when(fail('a__3', 'broken'))
      .then([
        'TaskFailed a__3',
        ['TaskFailed e', { status: 'FAILED', reasonForIncompletion: 'broken' }],
        'TaskCanceled a__2',
        'TaskCanceled a__4',
        'WorkflowFailed',
      ])
      .thenTask('e', { output: { iteration: 1, 1: { a: { n: 1 } } } });
  });

  it('is forgiven when its task is optional, and the whole when it is', () => {
    given(each([1, 2], 1, [simple('a', { optional: true })]), [start()])
      .when(fail('a__1', 'never mind'))
      .then(['TaskFailed a__1', 'LoopIterated e', 'TaskScheduled a__2']);
    given(each([1, 2], 2, [simple('a')], { optional: true }), [start()])
      .when(fail('a__1', 'broken'))
      .then([
        'TaskFailed a__1',
        ['TaskFailed e', { status: 'COMPLETED_WITH_ERRORS' }],
        'TaskCanceled a__2',
        'TaskScheduled z',
      ]);
  });

  it('goes on after a retry of the workflow, with the turns that were open', () => {
    given(each([1, 2, 3], 2), [start(), complete('a__1', { n: 1 }), fail('a__3', 'no')])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened e', 'RetryScheduled a__2', 'RetryScheduled a__3'])
      .when(complete('a__2', { n: 2 }), complete('a__3', { n: 3 }))
      .thenTask('e', {
        status: 'COMPLETED',
        output: { iteration: 3, results: [{ a: { n: 1 } }, { a: { n: 2 } }, { a: { n: 3 } }] },
      });
  });

  it('after a retry also with those that had no time to begin', () => {
    const sets = [setVariable('s', { v: 1 }), simple('a')];
    given(each([1, 2], 2, sets), [start(), pause, terminateWorkflow()])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened e', 'RetryScheduled a__1', 'RetryScheduled a__2'])
      .when(completeAll)
      .thenTask('e', { status: 'COMPLETED' });
  });
});

describe('a FOR_EACH in a paused workflow', () => {
  it('begins nothing before the resume', () => {
    given(each([1, 2], 1), [start(), pause])
      .when(complete('a__1'))
      .then(['TaskCompleted a__1'])
      .when(resume)
      .then(['WorkflowResumed', 'LoopIterated e', 'TaskScheduled a__2']);
  });
});

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
import { childEnds, complete, completeAll, fail, fireTimerAfter, start } from '../testing/steps.js';

const times = (count: number, reference = 'l'): string => `$.${reference}['iteration'] < ${count}`;
const looping = (condition: string, fields: Fields = {}, body: readonly Fields[] = [simple('a')]): WorkflowBuilder =>
  aWorkflow().withTask(doWhile('l', condition, body, fields), simple('z'));

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

describe('a loop of operators whose condition always holds', () => {
  it('gives way to others again and again', () => {
    const { run } = given(looping('$.l.iteration < 300', {}, [setVariable('s', { v: '${l.output.iteration}' })]), []);
    start()(run);
    expect(run.task('l').output['iteration']).toBe(300);
    expect(run.live.variables).toEqual({ v: 300 });
    expect(run.commands.length).toBeGreaterThan(5);
  }, 60_000);

  it('is stopped when it has kept too many turns, with a reason that says what to do', () => {
    const workflow = aWorkflow().withTask(doWhile('out', 'false', [doWhile('l', 'true', [])]));
    const run = new Run(workflow.flow(), { audited: false });
    start()(run);
    expect(run.task('l__1')).toMatchObject({
      status: 'FAILED_WITH_TERMINAL_ERROR',
      turn: 100_000,
      reason:
        'Loop l__1 was stopped: a loop may not keep more than 100000 turns (the input keepLastN drops older ones)',
    });
    expect(run.task('out')).toMatchObject({ status: 'FAILED', reason: run.task('l__1').reason });
    expect(run.commands.length).toBeGreaterThan(450);
  }, 60_000);
});

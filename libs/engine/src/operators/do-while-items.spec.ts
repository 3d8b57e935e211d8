import { aWorkflow, doWhile, type Fields, setVariable, simple, type WorkflowBuilder } from '../testing/definitions.js';
import { Run } from '../testing/run.js';
import { given } from '../testing/specification.js';
import { complete, start } from '../testing/steps.js';

const looping = (condition: string, fields: Fields = {}, body: readonly Fields[] = [simple('a')]): WorkflowBuilder =>
  aWorkflow().withTask(doWhile('l', condition, body, fields), simple('z'));

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

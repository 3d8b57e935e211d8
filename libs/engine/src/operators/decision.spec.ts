// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, simple, switchOn, task } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, evaluated, start } from '../testing/steps.js';

const cases = { x: [simple('a'), simple('b')], none: [], '5': [simple('five')] };
const decide = (fields: object) =>
  aWorkflow().withTask(
    task('DECISION', 'd', { decisionCases: cases, defaultCase: [simple('o')], ...fields }),
    simple('z'),
  );
const byParam = (value: unknown) => decide({ caseValueParam: 'v', inputParameters: { v: value } });
const byScript = (caseExpression: string, fields = {}) =>
  decide({ caseExpression, inputParameters: { n: '${workflow.input.n}' }, ...fields });

describe('DECISION', () => {
  it('takes the case that its parameter names, and goes on behind itself', () => {
    given(byParam('x'))
      .when(start())
      .then([
        'WorkflowStarted',
        [
          'TaskScheduled d',
          { taskType: 'DECISION', taskDefName: 'DECISION', input: { v: 'x', case: 'x', hasChildren: 'true' } },
        ],
        ['TaskCompleted d', { output: { caseOutput: ['x'] } }],
        'TaskScheduled a',
      ])
      .when(complete('a'), complete('b'))
      .then(['TaskCompleted a', 'TaskScheduled b', 'TaskCompleted b', 'TaskScheduled z']);
  });

  it.each([
    ['y', 'o'],
    [5, 'five'],
    [null, 'o'],
    ['toString', 'o'],
  ])('by %j leads to %s', (value, expected) => {
    const { run } = given(byParam(`\${workflow.input.v}`), [start({ v: value })]);
    expect(Object.keys(run.live.open)).toEqual([expected]);
  });

  it('takes its default also for a case without tasks', () => {
    const { run } = given(byParam('none'), [start()]);
    expect(run.task('d').input).toEqual({ v: 'none', case: 'none', hasChildren: 'true' });
    expect(Object.keys(run.live.open)).toEqual(['o']);
  });

  it('does nothing without a case and a default', () => {
    const { run } = given(decide({ caseValueParam: 'v', inputParameters: { v: 'y' }, defaultCase: [] }), [start()]);
    expect(run.task('d').input).toEqual({ v: 'y', case: 'y' });
    expect(Object.keys(run.live.open)).toEqual(['z']);
  });

  it('takes the case that its script comes to', () => {
    const { run } = given(byScript("$.n > 1 ? 'x' : 'y'"), [start({ n: 2 })]);
    expect(Object.keys(run.live.open)).toEqual(['a']);
  });

  it('asks the sandbox for what the small evaluator leaves to it', () => {
    given(byScript("['x'].sort()[0]"))
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled d', ['EvaluationRequested d', { form: 'script', fuel: 10_000_000 }]])
      .when(evaluated('d', { value: 'x' }))
      .then(['EvaluationRecorded d', ['TaskCompleted d', { output: { caseOutput: ['x'] } }], 'TaskScheduled a']);
  });

  it('ends the workflow when its script fails, even where it is optional', () => {
    given(byScript('$.n.x.y', { optional: true }), [start()])
      .when(evaluated('d', { kind: 'error', message: 'no' }))
      .then([
        'EvaluationRecorded d',
        'TaskCanceled d',
        ['WorkflowFailed', { reason: 'Error while evaluating script: $.n.x.y' }],
      ]);
  });
});

describe('A10 a case without tasks', () => {
  it('runs nothing in a SWITCH, and the default in a DECISION', () => {
    const workflow = aWorkflow().withTask(
      switchOn('s', 'none', { none: [] }, [simple('not_this')]),
      task('DECISION', 'd', {
        caseValueParam: 'v',
        inputParameters: { v: 'none' },
        decisionCases: { none: [] },
        defaultCase: [simple('this')],
      }),
    );
    const { run } = given(workflow, [start()]);
    expect(Object.keys(run.live.tasks)).toEqual(['s', 'd', 'this']);
  });
});

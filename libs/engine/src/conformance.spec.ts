/** Rows of the conformance checklist (contract, Appendix A) that are about what a workflow decides. */
// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, fork, inline, join, simple, task, terminate } from './testing/definitions.js';
import { given } from './testing/specification.js';
import { complete, fail, start } from './testing/steps.js';

describe('A8 expressions', () => {
  it.each([
    ['keep the type of what a whole text names', '${workflow.input.map}', { a: 1 }],
    ['print a map inside of a text like Java', 'is ${workflow.input.map}', 'is {a=1}'],
    ['print null inside of a text', 'is ${workflow.input.none}', 'is null'],
    ['leave what is escaped', '$${workflow.input.map}', '${workflow.input.map}'],
    ['give null for a path that is not there', '${workflow.input.none.deeper}', null],
    ['give an empty list for a wildcard that finds nothing', '${workflow.input.none[*]}', []],
    ['are not resolved a second time', '${workflow.input.text}', '${workflow.input.map}'],
  ])('%s', (_what, value, expected) => {
    const workflow = aWorkflow().withTask(simple('a', { inputParameters: { value } }));
    const { run } = given(workflow, [start({ map: { a: 1 }, text: '${workflow.input.map}' })]);
    expect(run.task('a').input).toEqual({ value: expected });
  });
});

describe('A9 failures that are borne', () => {
  const two = (fields: Readonly<Record<string, unknown>>) =>
    aWorkflow().withTask(fork('f', [simple('a', fields), simple('b')], [simple('c')]), join('j', ['b', 'c']));

  it('of an optional task make it COMPLETED_WITH_ERRORS, and the workflow completes', () => {
    given(two({ optional: true }), [start()])
      .when(fail('a', 'no'))
      .then([['TaskFailed a', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled b'])
      .when(complete('b'), complete('c'))
      .then(['TaskCompleted b', 'TaskCompleted c', 'TaskCompleted j', 'WorkflowCompleted']);
  });

  it('of a permissive task let the others finish; then the workflow fails', () => {
    given(two({ permissive: true }), [start()])
      .when(fail('a', 'no'))
      .then([['TaskFailed a', { status: 'FAILED' }], 'TaskScheduled b'])
      .when(complete('b'), complete('c'))
      .then([
        'TaskCompleted b',
        'TaskCompleted c',
        'TaskCompleted j',
        ['WorkflowFailed', (run) => ({ reason: `Task ${run.idOf('a')} failed with status: FAILED and reason: 'no'` })],
      ]);
  });
});

describe('A15 TERMINATE and the failure workflow', () => {
  const ending = (status: string, inputParameters = {}, fields = {}) =>
    aWorkflow()
      .with({ outputParameters: { not: 'this' }, ...fields })
      .withTask(simple('a'), terminate('t', status, inputParameters));

  it.each([
    [{ workflowOutput: { x: '${a.output.x}' } }, { x: 1 }],
    [{}, {}],
  ])('A15 the output of TERMINATE comes before the outputParameters: %j', (input, output) => {
    const { run } = given(ending('COMPLETED', input), [start(), complete('a', { x: 1 })]);
    expect(run.live).toMatchObject({ status: 'COMPLETED', output });
    expect(run.live.output).toEqual(output);
  });

  it('A15 its status may be an expression; what is none fails', () => {
    const workflow = ending('${workflow.input.status}');
    expect(given(workflow, [start({ status: 'TERMINATED' }), complete('a')]).run.live.status).toBe('TERMINATED');
    given(workflow, [start({ status: 'PAUSED' })])
      .when(complete('a'))
      .then([
        'TaskCompleted a',
        'TaskScheduled t',
        ['TaskFailed t', { status: 'FAILED', reasonForIncompletion: 'given termination status is not valid' }],
        'WorkflowFailed',
      ]);
  });

  it('A15 the failure workflow gets the input and the execution; the output names it', () => {
    const fields = { failureWorkflow: 'handler_${workflow.input.who}' };
    given(ending('FAILED', { terminationReason: 'enough', workflowOutput: { y: 2 } }, fields), [start({ who: 'me' })])
      .when(complete('a', { x: 1 }))
      .then([
        'TaskCompleted a',
        'TaskScheduled t',
        'TaskCompleted t',
        [
          'FailureWorkflowRequested',
          (run) => ({
            name: 'handler_me',
            input: {
              who: 'me',
              workflowId: run.live.workflowId,
              reason: 'enough',
              failureStatus: 'FAILED',
              failureTaskId: run.idOf('t'),
              failedWorkflow: {
                workflowName: 'wf',
                status: 'FAILED',
                reasonForIncompletion: 'enough',
                tasks: [{ referenceTaskName: 'a', outputData: { x: 1 } }, { referenceTaskName: 't' }],
              },
            },
          }),
        ],
        ['WorkflowFailed', { output: { y: 2, 'conductor.failure_workflow': expect.any(String) }, reason: 'enough' }],
      ]);
  });
});

describe('A30 secrets', () => {
  const secret = {
    whole: '${workflow.secrets.key}',
    part: 'Bearer ${workflow.secrets.key.path}',
    n: '${workflow.input.n}',
  };

  it('stay as they are written in the input that is stored, of workers and of the server', () => {
    const tasks = ['SIMPLE', 'HTTP', 'INLINE', 'HUMAN', 'START_WORKFLOW'].map((type) =>
      task(type, type.toLowerCase(), {
        inputParameters: { ...secret, uri: 'u', evaluatorType: 'javascript', expression: 'null' },
      }),
    );
    for (const one of tasks) {
      const { run } = given(aWorkflow().withTask(one, simple('z')), [start({ n: 1 })]);
      expect(run.task(String(one['taskReferenceName'])).input).toMatchObject({ ...secret, n: 1 });
    }
  });

  it('are not seen by a script that the engine decides itself', () => {
    const { run } = given(aWorkflow().withTask(inline('i', '$.whole', secret), simple('z')), [start()]);
    expect(run.task('i').output).toEqual({ result: '${workflow.secrets.key}' });
  });
});

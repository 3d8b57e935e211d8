import { aWorkflow, fork, join, simple, terminate } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, retry, start } from '../testing/steps.js';

const ending = (status: string, input = {}) =>
  aWorkflow()
    .with({ failureWorkflow: 'cleanup', outputParameters: { not: 'this' } })
    .withTask(
      fork('f', [simple('a'), terminate('t', status, input)], [simple('b')]),
      join('j', ['t', 'b']),
      simple('z'),
    );

describe('TERMINATE', () => {
  it('completes the whole workflow with its own output, and cancels what is open', () => {
    given(ending('COMPLETED', { workflowOutput: { x: '${a.output.x}' }, terminationReason: 'enough' }), [start()])
      .when(complete('a', { x: 1 }))
      .then([
        'TaskCompleted a',
        'TaskScheduled t',
        ['TaskCompleted t', { output: { x: 1 } }],
        'TaskCanceled b',
        'TaskCanceled j',
        ['WorkflowCompleted', { output: { x: 1 }, reason: 'enough' }],
      ]);
  });

  it.each([
    ['FAILED', 'WorkflowFailed'],
    ['TERMINATED', 'WorkflowTerminated'],
  ])('%s starts the failure workflow', (status, end) => {
    given(ending(status), [start()])
      .when(complete('a'))
      .then([
        'TaskCompleted a',
        'TaskScheduled t',
        'TaskCompleted t',
        'TaskCanceled b',
        'TaskCanceled j',
        [
          'FailureWorkflowRequested',
          (run) => ({ name: 'cleanup', input: { failureStatus: status, failureTaskId: run.idOf('t') } }),
        ],
        [
          end,
          (run) => ({
            reason: `Workflow is ${status} by TERMINATE task: ${run.idOf('t')}`,
            output: { 'conductor.failure_workflow': expect.any(String) },
          }),
        ],
      ]);
  });

  it.each([
    ['a map', { x: 1 }, { x: 1 }],
    ['a value', 5, { output: 5 }],
    ['a list', [1, 2], { output: [1, 2] }],
    ['nothing', undefined, {}],
  ])('takes %s as output', (_what, workflowOutput, output) => {
    const { run } = given(ending('COMPLETED', workflowOutput === undefined ? {} : { workflowOutput }), [
      start(),
      complete('a'),
    ]);
    expect(run.live.output).toEqual(output);
  });

  it('fails when the status is none', () => {
    given(
      aWorkflow()
        .withTask(terminate('t', 'COMPLETED'))
        .bent((definition) => ({
          ...definition,
          tasks: definition.tasks.map((it) => ({ ...it, inputParameters: { terminationStatus: 'PAUSED' } })),
        })),
    )
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled t',
        ['TaskFailed t', { status: 'FAILED', reasonForIncompletion: 'given termination status is not valid' }],
        'WorkflowFailed',
      ]);
  });

  it('ends a workflow that is retried once more: a successful TERMINATE is final', () => {
    given(ending('FAILED', { terminationReason: 'over' }), [start(), complete('a')])
      .when(retry)
      .then([
        'WorkflowRetried',
        'RetryScheduled b',
        'TaskReopened j',
        'TaskCanceled b',
        'TaskCanceled j',
        'FailureWorkflowRequested',
        ['WorkflowFailed', { reason: 'over' }],
      ]);
  });
});

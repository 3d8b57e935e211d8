// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, fork, join, simple } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, fail, retry, start } from '../testing/steps.js';

describe('the output of a workflow', () => {
  it('is that of the last task scheduled, when it has no parameters', () => {
    given(aWorkflow().withTask(simple('a'), simple('b')), [start(), complete('a', { x: 1 })])
      .when(complete('b', { y: 2 }))
      .then(['TaskCompleted b', ['WorkflowCompleted', { output: { y: 2 } }]]);
  });

  it('is resolved from its parameters, with null for what is missing', () => {
    const workflow = aWorkflow().withTask(simple('a')).withOutput({
      x: '${a.output.x}',
      none: '${a.output.none}',
      id: '${workflow.workflowId}',
      text: 'status ${a.status}',
    });
    given(workflow, [start()])
      .when(complete('a', { x: [1] }))
      .then([
        'TaskCompleted a',
        [
          'WorkflowCompleted',
          (run) => ({ output: { x: [1], none: null, id: run.live.workflowId, text: 'status COMPLETED' } }),
        ],
      ]);
  });

  it('is that of the task that failed', () => {
    given(aWorkflow().withTask(fork('f', [simple('a')], [simple('b')]), join('j', ['a', 'b'])), [start()])
      .when(fail('a', 'no', { output: { x: 1 } }))
      .then(['TaskFailed a', 'TaskCanceled b', 'TaskCanceled j', ['WorkflowFailed', { output: { x: 1 } }]]);
  });
});

describe('the failure workflow', () => {
  const failing = (fields = {}) =>
    aWorkflow()
      .with({ failureWorkflow: 'cleanup', variables: { v: 1 }, ...fields })
      .withTask(simple('a'));

  it('gets the input, the reason, and the whole execution', () => {
    given(failing({ failureWorkflowVersion: 4 }), [
      start({ x: 1 }, { correlationId: 'c', taskToDomain: { '*': 'blue' } }),
    ])
      .when(fail('a', 'no', { output: { y: 2 } }))
      .then([
        'TaskFailed a',
        [
          'FailureWorkflowRequested',
          (run) => ({
            name: 'cleanup',
            version: 4,
            correlationId: 'c',
            taskToDomain: { '*': 'blue' },
            input: {
              x: 1,
              workflowId: run.live.workflowId,
              reason: `Task ${run.idOf('a')} failed with status: FAILED and reason: 'no'`,
              failureStatus: 'FAILED',
              failureTaskId: run.idOf('a'),
              failedWorkflow: {
                workflowName: 'wf',
                variables: { v: 1 },
                failedReferenceTaskNames: ['a'],
                tasks: [
                  { referenceTaskName: 'a', status: 'FAILED', outputData: { y: 2 }, reasonForIncompletion: 'no' },
                ],
              },
            },
          }),
        ],
        [
          'WorkflowFailed',
          { output: { y: 2, 'conductor.failure_workflow': expect.stringMatching(/^018bcfe5-6800-8/) } },
        ],
      ]);
  });

  it.each([
    ['$workflow.input.handler', { handler: 'mine' }, 'mine'],
    ['$workflow.input.handler', {}, undefined],
    ['$workflow.input.toString', {}, undefined],
    ['${workflow.input.handler}', { handler: 'mine' }, 'mine'],
    ['${workflow.input.handler}', {}, undefined],
    ['handler_of_${workflow.input.who}', { who: 'me' }, 'handler_of_me'],
    ['${a.status}', {}, 'FAILED'],
  ])('named %s with input %j is %s', (failureWorkflow, input, name) => {
    const { run } = given(failing({ failureWorkflow }), [start(input), fail('a')]);
    const requested = run.records.map(({ event }) => event).find((event) => event.type === 'FailureWorkflowRequested');
    expect(requested?.data).toEqual(name === undefined ? undefined : expect.objectContaining({ name }));
  });

  it('has another id in every run', () => {
    const { run } = given(failing(), [start(), fail('a'), retry, fail('a')]);
    const ids = run.records.flatMap(({ event }) =>
      event.type === 'FailureWorkflowRequested' ? event.data.failureWorkflowId : [],
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('is not asked for when the workflow completes', () => {
    given(failing(), [start()]).when(complete('a')).then(['TaskCompleted a', 'WorkflowCompleted']);
  });
});

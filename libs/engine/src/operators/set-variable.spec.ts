import { aWorkflow, setVariable, simple } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { start } from '../testing/steps.js';

describe('SET_VARIABLE', () => {
  it('replaces variables key by key, and has no output', () => {
    given(
      aWorkflow()
        .with({ variables: { kept: 1, v: { old: true } } })
        .withTask(
          setVariable('s', { v: { x: '${workflow.input.x}' } }),
          simple('a', { inputParameters: { v: '${workflow.variables.v.x}' } }),
        ),
    )
      .when(start({ x: 2 }))
      .then([
        ['WorkflowStarted', { variables: { kept: 1, v: { old: true } } }],
        ['TaskScheduled s', { taskType: 'SET_VARIABLE', taskDefName: 's', status: 'IN_PROGRESS' }],
        ['VariablesSet s', { variables: { v: { x: 2 } } }],
        'TaskCompleted s',
        ['TaskScheduled a', { input: { v: 2 } }],
      ])
      .thenWorkflow({ variables: { kept: 1, v: { x: 2 } } })
      .thenTask('s', { output: {} });
  });

  // {"v":"..."} has 8 characters around the text.
  it('takes 256 kilobytes', () => {
    given(aWorkflow().withTask(setVariable('s', { v: '${workflow.input.v}' })), [
      start({ v: 'x'.repeat(256 * 1024 - 8) }),
    ]).thenWorkflow({
      status: 'COMPLETED',
    });
  });

  it.each([
    ['one byte more', 'x'.repeat(256 * 1024 - 7), 256 * 1024 + 1],
    ['as many characters of two bytes', 'ü'.repeat(140_000), 280_008],
    ['characters of four bytes', '😀'.repeat(70_000), 280_008],
  ])('refuses %s for good and leaves the variables as they are', (_what, v, size) => {
    given(aWorkflow().withTask(setVariable('s', { v: '${workflow.input.v}' })))
      .when(start({ v }))
      .then([
        'WorkflowStarted',
        'TaskScheduled s',
        [
          'TaskFailed s',
          (run) => ({
            status: 'FAILED_WITH_TERMINAL_ERROR',
            reasonForIncompletion: `The variables payload size: ${size} of workflow: ${run.live.workflowId} is greater than the permissible limit: 256 kilobytes`,
          }),
        ],
        'WorkflowFailed',
      ])
      .thenWorkflow({ variables: {} });
  });
});

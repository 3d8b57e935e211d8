import { aWorkflow, simple } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import {
  complete,
  fail,
  pause,
  progress,
  resetCallbacks,
  setVariables,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const workflow = aWorkflow()
  .with({ variables: { v: 1 } })
  .withTask(simple('a'), simple('b', { inputParameters: { x: '${workflow.variables.v}' } }));

describe('SetVariables', () => {
  it('sets them key by key; what comes later sees them', () => {
    given(workflow, [start()])
      .when(setVariables({ v: 2, w: 3 }))
      .then([['VariablesSet', { variables: { v: 2, w: 3 } }]])
      .thenWorkflow({ variables: { v: 2, w: 3 } })
      .when(complete('a'))
      .then(['TaskCompleted a', ['TaskScheduled b', { input: { x: 2 } }]]);
  });

  it('is allowed while the workflow is paused, and refused after its end', () => {
    given(workflow, [start(), pause])
      .when(setVariables({ v: 2 }))
      .then(['VariablesSet']);
    given(workflow, [start(), terminateWorkflow()])
      .when(setVariables({ v: 2 }))
      .thenRefused('WORKFLOW_ENDED');
  });

  it('is refused when the variables would grow beyond 256 kilobytes', () => {
    given(workflow, [start()])
      .when(setVariables({ w: 'ü'.repeat(140_000) }))
      .thenRefused(
        'PAYLOAD_TOO_LARGE',
        /^The variables payload size: 2800\d\d of workflow: .* is greater than the permissible limit: 256 kilobytes$/,
      );
  });
});

describe('A18 ResetCallbacks', () => {
  it('offers now what waits for its callback, or for the delay of a retry', () => {
    const definition = aWorkflow()
      .withTask(simple('a', { retryCount: 1 }))
      .withTaskDef('a', { retryDelaySeconds: 60, pollTimeoutSeconds: 5 });
    given(definition, [start(), progress('a', { callbackAfterSeconds: 300 })])
      .when(resetCallbacks)
      .then([['TaskOffered a', (run) => ({ timers: { poll: run.now + 5000 } })]])
      .thenTask('a', { ready: true });
    given(definition, [start(), fail('a')])
      .when(resetCallbacks)
      .then(['TaskOffered a']);
  });

  it('does nothing when nothing waits: a start delay is no callback', () => {
    given(aWorkflow().withTask(simple('a', { startDelay: 9 })), [start()])
      .when(resetCallbacks)
      .thenRefused('NOTHING_TO_DO');
  });

  it('is refused after the end', () => {
    given(workflow, [start(), terminateWorkflow()])
      .when(resetCallbacks)
      .thenRefused('WORKFLOW_ENDED', 'Workflow is in terminal state. Status =TERMINATED');
  });
});

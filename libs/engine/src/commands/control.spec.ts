import { aWorkflow, simple, wait } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import { after, complete, fail, fireTimerAfter, pause, resume, start, terminateWorkflow } from '../testing/steps.js';

const workflow = aWorkflow()
  .with({ failureWorkflow: 'cleanup' })
  .withTask(simple('a', { retryCount: 1 }), simple('b'))
  .withTaskDef('a', { retryDelaySeconds: 5 });

describe('PauseWorkflow and ResumeWorkflow', () => {
  it('hold back what follows, not the results', () => {
    given(workflow, [start()])
      .when(pause)
      .then(['WorkflowPaused'])
      .when(complete('a', { x: 1 }))
      .then(['TaskCompleted a'])
      .thenWorkflow({ status: 'PAUSED', held: ['a'] })
      .when(resume)
      .then(['WorkflowResumed', 'TaskScheduled b'])
      .thenWorkflow({ status: 'RUNNING', held: [], lastRetriedTime: startOfTime });
  });

  it('hold back a retry, and the end', () => {
    given(workflow, [start(), pause])
      .when(fail('a'))
      .then([['TaskFailed a', { retried: true }]])
      .when(resume)
      .then(['WorkflowResumed', 'RetryScheduled a']);
    given(workflow, [start(), complete('a'), pause])
      .when(complete('b'))
      .then(['TaskCompleted b'])
      .when(resume)
      .then(['WorkflowResumed', 'WorkflowCompleted']);
    given(workflow, [start(), complete('a'), pause])
      .when(fail('b'))
      .then(['TaskFailed b'])
      .when(resume)
      .then(['WorkflowResumed', 'FailureWorkflowRequested', 'WorkflowFailed']);
  });

  it('are refused the second time', () => {
    given(workflow, [start(), pause]).when(pause).thenRefused('NOTHING_TO_DO');
    given(workflow, [start()])
      .when(resume)
      .thenRefused(
        'WORKFLOW_NOT_PAUSED',
        (run) => `The workflow ${run.live.workflowId} is not PAUSED so cannot resume. Current status is RUNNING`,
      );
  });

  it('are refused when the workflow has ended', () => {
    given(workflow, [start(), terminateWorkflow()])
      .when(pause)
      .thenRefused('WORKFLOW_ENDED')
      .when(resume)
      .thenRefused('WORKFLOW_NOT_PAUSED', /Current status is TERMINATED$/);
  });

  it('start the timeout of the workflow anew', () => {
    given(workflow.with({ timeoutSeconds: 60 }), [start(), pause, after(30)])
      .when(resume)
      .then([['WorkflowResumed', { timers: { workflow: startOfTime + 90_000 } }]]);
  });
});

describe('TerminateWorkflow', () => {
  it('ends the workflow with the reason given, and without its failure workflow', () => {
    given(workflow, [start()])
      .when(terminateWorkflow('enough'))
      .then(['TaskCanceled a', ['WorkflowTerminated', { reason: 'enough', failedReferenceTaskNames: [] }]])
      .thenWorkflow({ status: 'TERMINATED', reason: 'enough', openCount: 0 });
  });

  it('needs no reason, and works on a paused workflow', () => {
    const { run } = given(workflow, [start(), pause, terminateWorkflow()]);
    expect(run.live.status).toBe('TERMINATED');
    expect(run.live).not.toHaveProperty('reason');
  });

  it('is refused the second time, and for a completed workflow', () => {
    given(workflow, [start(), terminateWorkflow()]).when(terminateWorkflow()).thenRefused('NOTHING_TO_DO');
    given(workflow, [start(), complete('a'), complete('b')])
      .when(terminateWorkflow())
      .thenRefused('WORKFLOW_COMPLETED', 'Cannot terminate a COMPLETED workflow.');
  });

  it('I3 may end a failed or timed-out workflow once more', () => {
    given(workflow, [start(), complete('a'), fail('b')])
      .when(terminateWorkflow('really'))
      .then([['WorkflowTerminated', { reason: 'really' }]]);
    given(workflow.with({ timeoutSeconds: 5, timeoutPolicy: 'TIME_OUT_WF' }), [start(), fireTimerAfter(5)])
      .when(terminateWorkflow())
      .then(['WorkflowTerminated']);
  });

  it('takes the output that there is: the parameters resolved, or that of the last task', () => {
    const output = { x: '${a.output.x}', none: '${b.output.y}' };
    given(workflow.withOutput(output), [start(), complete('a', { x: 1 })])
      .when(terminateWorkflow())
      .then(['TaskCanceled b', ['WorkflowTerminated', { output: { x: 1, none: null } }]]);
    given(aWorkflow().withTask(wait('w')), [start()])
      .when(terminateWorkflow())
      .then(['TaskCanceled w', ['WorkflowTerminated', { output: {} }]]);
  });
});

describe('A16 TerminateWorkflow with triggerFailureWorkflow', () => {
  const workflow = aWorkflow().with({ failureWorkflow: 'cleanup' }).withTask(simple('a'));

  it('starts the failure workflow, which it does not by itself', () => {
    given(workflow, [start()])
      .when(terminateWorkflow('enough', { triggerFailureWorkflow: true }))
      .then([
        'TaskCanceled a',
        ['FailureWorkflowRequested', { input: { reason: 'enough', failureStatus: 'TERMINATED' } }],
        'WorkflowTerminated',
      ]);
  });

  it('not a second time', () => {
    given(workflow, [start(), fail('a')])
      .when(terminateWorkflow('enough', { triggerFailureWorkflow: true }))
      .then(['WorkflowTerminated']);
  });
});

import { aWorkflow, fork, join, setVariable, simple, wait } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import { after, complete, fail, fireTimerAfter, pause, retry, start, terminateWorkflow } from '../testing/steps.js';

describe('RetryWorkflow', () => {
  const workflow = aWorkflow().withTask(simple('a'), simple('b', { inputParameters: { x: '${a.output.x}' } }));

  it('opens the next run with a new attempt of what failed, at once and with fresh input', () => {
    given(workflow, [start(), complete('a', { x: 1 }), fail('b', 'no'), after(7)])
      .when(retry)
      .then([
        ['WorkflowRetried', { run: 1 }],
        ['RetryScheduled b', { retryCount: 1, input: { x: 1 }, reasonForIncompletion: 'no' }],
      ])
      .thenWorkflow({ status: 'RUNNING', run: 1, lastRetriedTime: startOfTime + 7000 })
      .thenTask('b', { ready: true, startDelaySeconds: 0 })
      .when(complete('b', { y: 2 }))
      .then(['TaskCompleted b', ['WorkflowCompleted', { output: { y: 2 } }]]);
  });

  it('clears the reason', () => {
    expect(given(workflow, [start(), fail('a'), retry]).run.live).not.toHaveProperty('reason');
  });

  it('is refused the second time, while the workflow runs or is paused', () => {
    given(workflow, [start(), fail('a'), retry])
      .when(retry)
      .thenRefused('WORKFLOW_NOT_ENDED');
    given(workflow, [start(), pause]).when(retry).thenRefused('WORKFLOW_NOT_ENDED');
  });

  it('is refused when nothing has failed', () => {
    given(workflow, [start(), complete('a'), complete('b')])
      .when(retry)
      .thenRefused(
        'NOTHING_TO_RETRY',
        'There are no retryable tasks! Use restart if you want to attempt entire workflow execution again.',
      );
  });

  it('is refused when there is no task', () => {
    given(
      workflow.bent((definition) => ({ ...definition, tasks: [] })),
      [start()],
    )
      .when(retry)
      .thenRefused('WORKFLOW_NOT_STARTED', 'Workflow has not started yet');
  });

  it('I5 makes new ids in every run', () => {
    const { run } = given(workflow, [start(), fail('a'), retry, fail('a'), retry]);
    expect(Object.keys(run.live.references)).toHaveLength(3);
    expect(run.task('a').retryCount).toBe(2);
  });

  it('sets the timeout of the workflow anew', () => {
    given(workflow.with({ timeoutSeconds: 60, timeoutPolicy: 'TIME_OUT_WF' }), [start(), fireTimerAfter(60)])
      .when(retry)
      .then([['WorkflowRetried', { timers: { workflow: startOfTime + 120_000 } }], 'RetryScheduled a']);
  });

  it('retries what was cancelled, in the order of the workflow', () => {
    given(aWorkflow().withTask(fork('f', [simple('a')], [simple('b')], [wait('w')]), join('j', ['a', 'b', 'w'])), [
      start(),
      complete('b'),
      terminateWorkflow(),
    ])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled a', 'RetryScheduled w', 'TaskReopened j'])
      .when(complete('a'), complete('w'))
      .then(['TaskCompleted a', 'TaskCompleted w', 'TaskCompleted j', 'WorkflowCompleted']);
  });

  it('I19 a timed-out workflow without a failed task goes on where it was', () => {
    given(workflow.with({ timeoutSeconds: 60, timeoutPolicy: 'TIME_OUT_WF' }), [
      start(),
      pause,
      complete('a', { x: 3 }),
      fireTimerAfter(60),
    ])
      .thenWorkflow({ status: 'TIMED_OUT' })
      .when(retry)
      .then(['WorkflowRetried', ['TaskScheduled b', { input: { x: 3 } }]]);
  });

  it('leaves alone what was forgiven', () => {
    given(aWorkflow().withTask(simple('a', { optional: true }), simple('b')), [start(), fail('a'), fail('b')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled b']);
  });

  it('retries operators too', () => {
    given(
      aWorkflow()
        .with({ variables: { d: 'soon' } })
        .withTask(wait('w', { duration: '${workflow.variables.d}' })),
      [start()],
    )
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled w', 'TaskFailed w', 'WorkflowFailed']);
    given(aWorkflow().withTask(setVariable('s', { v: '${workflow.input.v}' })), [start({ v: 'x'.repeat(300_000) })])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled s', 'TaskFailed s', 'WorkflowFailed']);
  });
});

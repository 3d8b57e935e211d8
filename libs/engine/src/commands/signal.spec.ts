import { aWorkflow, fork, join, simple, subWorkflow, wait } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, pause, resume, signal, start, terminateWorkflow } from '../testing/steps.js';

describe('SignalWorkflow', () => {
  const two = aWorkflow().withTask(
    fork('f', [simple('a'), wait('late')], [wait('first')]),
    join('j', ['late', 'first']),
  );

  it('ends the first open WAIT, then the next', () => {
    given(two, [start(), complete('a')])
      .when(signal('COMPLETED', { n: 1 }))
      .then([['TaskCompleted first', { output: { n: 1 } }]])
      .when(signal('COMPLETED', { n: 2 }))
      .then([['TaskCompleted late', { output: { n: 2 } }], 'TaskCompleted j', 'WorkflowCompleted'])
      .when(signal('COMPLETED'))
      .thenRefused('NOTHING_TO_SIGNAL', (run) => `Found no blocked task in workflow ${run.live.workflowId} to signal`);
  });

  it.each(['FAILED', 'FAILED_WITH_TERMINAL_ERROR'] as const)('may end it as %s', (status) => {
    given(aWorkflow().withTask(wait('w')), [start()])
      .when(signal(status, { n: 1 }))
      .then([['TaskFailed w', { status, output: { n: 1 } }], 'WorkflowFailed']);
  });

  it('goes down into an open child when nothing waits here', () => {
    given(aWorkflow().withTask(subWorkflow('s', { name: 'child' })), [start()])
      .when(signal('COMPLETED', { n: 1 }))
      .then([
        [
          'SignalForwarded s',
          (run) => ({ childWorkflowId: run.task('s').subWorkflowId, status: 'COMPLETED', output: { n: 1 } }),
        ],
      ]);
  });

  it('prefers a WAIT of its own', () => {
    given(aWorkflow().withTask(fork('f', [subWorkflow('s', { name: 'child' })], [wait('w')]), join('j', ['s', 'w'])), [
      start(),
    ])
      .when(signal('COMPLETED'))
      .then(['TaskCompleted w']);
  });

  it('is heard while the workflow is paused', () => {
    given(aWorkflow().withTask(wait('w'), simple('a')), [start(), pause])
      .when(signal('COMPLETED'))
      .then(['TaskCompleted w'])
      .when(resume)
      .then(['WorkflowResumed', 'TaskScheduled a']);
  });

  it('is refused when nothing waits, and when the workflow has ended', () => {
    given(aWorkflow().withTask(simple('a')), [start()])
      .when(signal('COMPLETED'))
      .thenRefused('NOTHING_TO_SIGNAL');
    given(two, [start(), terminateWorkflow()]).when(signal('COMPLETED')).thenRefused('NOTHING_TO_SIGNAL');
  });
});

// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, simple, task } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import {
  after,
  complete,
  extendLease,
  fail,
  fireTimer,
  fireTimerAfter,
  progress,
  signal,
  start,
} from '../testing/steps.js';

const human = (def = {}, fields = {}) =>
  aWorkflow()
    .withTask(
      task('HUMAN', 'h', {
        inputParameters: { who: '${workflow.input.who}', __humanTaskDefinition: { a: 1 } },
        ...fields,
      }),
      simple('z'),
    )
    .withTaskDef('h', def);

describe('HUMAN', () => {
  it('is there with its input, and waits', () => {
    given(human(), [])
      .when(start({ who: 'me' }))
      .then([
        'WorkflowStarted',
        [
          'TaskScheduled h',
          {
            taskType: 'HUMAN',
            taskDefName: 'h',
            status: 'IN_PROGRESS',
            input: { who: 'me', __humanTaskDefinition: { a: 1 } },
          },
        ],
      ])
      .thenTask('h', { status: 'IN_PROGRESS', ready: false });
  });

  it('is ended by an update, with its output', () => {
    given(human(), [start()])
      .when(complete('h', { approved: true }))
      .then(['TaskCompleted h', 'TaskScheduled z'])
      .thenTask('h', { output: { approved: true } });
  });

  it('is not what a signal ends', () => {
    given(human(), [start()]).when(signal('COMPLETED')).thenRefused('NOTHING_TO_SIGNAL');
  });

  it('stays where it is when it is in progress, and must be updated again in time', () => {
    given(human({ responseTimeoutSeconds: 60 }), [start(), after(50)])
      .when(progress('h', { output: { half: true } }))
      .then([['TaskProgressed h', (run) => ({ status: 'IN_PROGRESS', timers: { response: run.now + 60_000 } })]])
      .when(after(10), fireTimer)
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(50))
      .then(['TimerFired response h', 'TaskTimedOut h', 'WorkflowTimedOut'])
      .thenTask('h', { output: { half: true } });
  });

  it('may be said to be at it still', () => {
    given(human({ responseTimeoutSeconds: 60 }), [start(), after(50)])
      .when(extendLease('h'))
      .then([['TaskLeaseExtended h', (run) => ({ timers: { response: run.now + 60_000 } })]]);
  });

  it('times out by its definition, and is retried by it', () => {
    const def = { timeoutSeconds: 30, timeoutPolicy: 'RETRY', responseTimeoutSeconds: 30, retryCount: 1 };
    given(human(def), [start()])
      .when(fireTimerAfter(30))
      .then(['TimerFired response h', ['TaskTimedOut h', { retried: true }], 'RetryScheduled h'])
      .when(fireTimerAfter(30))
      .then(['TimerFired response h', 'TaskTimedOut h', 'WorkflowTimedOut']);
  });

  it('can be failed', () => {
    given(human({}, { optional: true }), [start()])
      .when(fail('h', 'refused'))
      .then([
        ['TaskFailed h', { status: 'COMPLETED_WITH_ERRORS', reasonForIncompletion: 'refused' }],
        'TaskScheduled z',
      ]);
  });
});

describe('NOOP', () => {
  it('is done at once and says nothing', () => {
    given(aWorkflow().withTask(task('NOOP', 'n', { inputParameters: { a: '${workflow.input.a}' } }), simple('z')))
      .when(start({ a: 1 }))
      .then([
        'WorkflowStarted',
        ['TaskScheduled n', { taskType: 'NOOP', taskDefName: 'n', status: 'IN_PROGRESS', input: { a: 1 } }],
        'TaskCompleted n',
        'TaskScheduled z',
      ])
      .thenTask('n', { output: {} });
  });
});

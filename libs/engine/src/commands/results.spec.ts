// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, simple } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  after,
  cancel,
  claim,
  complete,
  fail,
  fireTimerAfter,
  parkPoll,
  progress,
  start,
  terminateWorkflow,
  theSameAgain,
} from '../testing/steps.js';

const workflow = aWorkflow().withTask(simple('a'), simple('b'));
const retrying = aWorkflow()
  .withTask(simple('a', { retryCount: 2 }))
  .withTaskDef('a', { retryDelaySeconds: 5 });

describe('CompleteTask', () => {
  it('ends the attempt and leads to the next task', () => {
    given(workflow, [start(), claim('a')])
      .when(complete('a', { x: 1 }, { workerId: 'w2', logs: [{ log: 'l', createdTime: 3 }] }))
      .then([
        [
          'TaskCompleted a',
          { status: 'COMPLETED', output: { x: 1 }, workerId: 'w2', logs: [{ log: 'l', createdTime: 3 }] },
        ],
        'TaskScheduled b',
      ]);
  });

  it('replaces the output, and without one leaves it empty', () => {
    given(workflow, [start(), claim('a'), progress('a', { output: { half: true } })])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled b'])
      .thenTask('a', { output: {} });
  });

  it('I10 is refused the second time', () => {
    given(workflow, [start(), complete('a', { x: 1 })])
      .when(theSameAgain)
      .thenRefused('TASK_ENDED', /is over: COMPLETED$/)
      .thenTask('a', { output: { x: 1 } });
  });

  it('I10 is refused for an attempt that has been replaced', () => {
    const specification = given(retrying, [start(), fail('a')]);
    const [first] = Object.keys(specification.run.live.references);
    specification
      .when((run) => run.send('CompleteTask', { taskId: first ?? '' }))
      .thenRefused('TASK_ENDED', /superseded by a later attempt$/)
      .thenTask('a', { status: 'SCHEDULED', retryCount: 1 });
  });

  it('is refused when the workflow has ended, and for an unknown task', () => {
    given(workflow, [start(), terminateWorkflow()]).when(complete('a')).thenRefused('TASK_ENDED');
    given(workflow, [start()])
      .when((run) => run.send('CompleteTask', { taskId: 'x' }))
      .thenRefused('TASK_NOT_FOUND', 'No such task found by id: x');
  });

  it('keeps ten lines of log', () => {
    const logs = Array.from({ length: 12 }, (_, i) => ({ log: `${i}`, createdTime: i }));
    const { run } = given(workflow, [start(), complete('a', {}, { logs })]);
    expect(run.records.at(-2)?.event.data).toHaveProperty('logs', logs.slice(0, 10));
  });
});

describe('FailTask', () => {
  it('ends the workflow when no attempt is left', () => {
    given(workflow, [start()])
      .when(fail('a', 'boom', { output: { x: 1 } }))
      .then([
        ['TaskFailed a', { status: 'FAILED', reasonForIncompletion: 'boom' }],
        [
          'WorkflowFailed',
          (run) => ({
            reason: `Task ${run.idOf('a')} failed with status: FAILED and reason: 'boom'`,
            failedTaskId: run.idOf('a'),
            output: { x: 1 },
            failedReferenceTaskNames: ['a'],
            failedTaskNames: ['a'],
          }),
        ],
      ])
      .when(theSameAgain)
      .thenRefused('TASK_ENDED');
  });

  it('says null where there is no reason', () => {
    given(workflow, [start()])
      .when(fail('a'))
      .then(['TaskFailed a', ['WorkflowFailed', { reason: expect.stringMatching(/and reason: 'null'$/) }]]);
  });

  it('is tried again: a new attempt with a new id, the reason carried over, the old one marked', () => {
    given(retrying, [start(), claim('a'), after(1)])
      .when(fail('a', 'boom', { output: { x: 1 } }))
      .then([
        ['TaskFailed a', { status: 'FAILED', retried: true }],
        [
          'RetryScheduled a',
          {
            retryCount: 1,
            retriedTaskId: expect.any(String),
            reasonForIncompletion: 'boom',
            delaySeconds: 5,
            timers: { offer: startOfTime + 6000 },
          },
        ],
      ])
      .thenTask('a', {
        status: 'SCHEDULED',
        retryCount: 1,
        pollCount: 0,
        startTime: 0,
        output: {},
        reason: 'boom',
        firstScheduledTime: startOfTime,
        startDelaySeconds: 5,
        callbackAfterSeconds: 5,
        ready: false,
      });
  });

  it('the retry loses the old reason with its own result, and the workflow names what had failed', () => {
    given(retrying, [start(), fail('a', 'boom'), fireTimerAfter(5)])
      .when(complete('a', { x: 1 }))
      .then(['TaskCompleted a', ['WorkflowCompleted', { output: { x: 1 }, failedReferenceTaskNames: ['a'] }]]);
    const { run } = given(retrying, [start(), fail('a', 'boom'), fireTimerAfter(5), complete('a', { x: 1 })]);
    expect(run.task('a').reason).toBeUndefined();
  });

  it('ends after as many retries as are allowed (I5)', () => {
    given(retrying, [start(), fail('a'), fail('a')])
      .when(fail('a'))
      .then(['TaskFailed a', 'WorkflowFailed'])
      .thenTask('a', { retryCount: 2 });
  });

  it('overlays the old input with a fresh one', () => {
    const specification = given(
      aWorkflow()
        .withTask(simple('a', { retryCount: 1, inputParameters: { n: '${a.retryCount}' } }))
        .withTaskDef('a', { inputTemplate: { t: 1 } }),
      [start()],
    );
    specification.when(fail('a')).then(['TaskFailed a', ['RetryScheduled a', { input: { n: 0, t: 1 } }]]);
  });

  it('is not tried again when it is terminal', () => {
    given(retrying, [start()])
      .when(fail('a', 'boom', { terminal: true }))
      .then([['TaskFailed a', { status: 'FAILED_WITH_TERMINAL_ERROR' }], 'WorkflowFailed']);
  });

  it('cuts a long reason', () => {
    const { run } = given(workflow, [start(), fail('a', 'x'.repeat(600))]);
    expect(run.task('a').reason).toBe('x'.repeat(500));
  });

  describe('of a task that may fail', () => {
    it('optional: the workflow goes on, the task completed with errors', () => {
      given(aWorkflow().withTask(simple('a', { optional: true }), simple('b')), [start()])
        .when(fail('a', 'no'))
        .then([['TaskFailed a', { status: 'COMPLETED_WITH_ERRORS', reasonForIncompletion: 'no' }], 'TaskScheduled b'])
        .when(complete('b'))
        .then(['TaskCompleted b', 'WorkflowCompleted']);
    });

    it('optional: first its attempts are used up', () => {
      given(aWorkflow().withTask(simple('a', { optional: true, retryCount: 1 })), [start()])
        .when(fail('a'))
        .then([['TaskFailed a', { status: 'FAILED', retried: true }], 'RetryScheduled a'])
        .when(fail('a'))
        .then([['TaskFailed a', { status: 'COMPLETED_WITH_ERRORS' }], 'WorkflowCompleted']);
    });

    it('permissive: the workflow goes on and fails in the end', () => {
      given(aWorkflow().withTask(simple('a', { permissive: true }), simple('b')), [start()])
        .when(fail('a', 'no'))
        .then([['TaskFailed a', { status: 'FAILED' }], 'TaskScheduled b'])
        .when(complete('b'))
        .then([
          'TaskCompleted b',
          [
            'WorkflowFailed',
            (run) => ({ reason: `Task ${run.idOf('a')} failed with status: FAILED and reason: 'no'` }),
          ],
        ]);
    });

    it('permissive: all failures stand in the reason', () => {
      given(aWorkflow().withTask(simple('a', { permissive: true }), simple('b', { permissive: true })), [
        start(),
        fail('a', 'one'),
      ])
        .when(fail('b', 'two'))
        .then([
          'TaskFailed b',
          [
            'WorkflowFailed',
            (run) => ({
              reason: ['a:one', 'b:two']
                .map((it) => it.split(':'))
                .map(([ref = '', why = '']) => `Task ${run.idOf(ref)} failed with status: FAILED and reason: '${why}'`)
                .join('. '),
            }),
          ],
        ]);
    });
  });
});

describe('CancelTask', () => {
  it('is never tried again, and terminates the workflow', () => {
    given(retrying, [start()])
      .when(cancel('a', { reasonForIncompletion: 'no' }))
      .then([
        'TaskCanceled a',
        [
          'WorkflowTerminated',
          (run) => ({
            reason: `Task ${run.idOf('a')} failed with status: TERMINATED and reason: 'no'`,
            failedReferenceTaskNames: [],
          }),
        ],
      ])
      .when(theSameAgain)
      .thenRefused('TASK_ENDED');
  });

  it('of an optional task is forgiven', () => {
    given(aWorkflow().withTask(simple('a', { optional: true })), [start()])
      .when(cancel('a'))
      .then([['TaskFailed a', { status: 'COMPLETED_WITH_ERRORS' }], 'WorkflowCompleted']);
  });
});

describe('ProgressTask', () => {
  it('puts the task back into its queue, to be seen again after the callback', () => {
    given(workflow, [start(), claim('a')])
      .when(progress('a', { output: { half: true }, callbackAfterSeconds: 30, workerId: 'w1' }))
      .then([
        [
          'TaskProgressed a',
          { status: 'SCHEDULED', callbackAfterSeconds: 30, timers: { offer: startOfTime + 30_000 } },
        ],
      ])
      .thenTask('a', { status: 'SCHEDULED', ready: false, output: { half: true }, callbackAfterSeconds: 30 })
      .when(fireTimerAfter(29.999))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(0.001))
      .then(['TimerFired offer a', 'TaskOffered a'])
      .thenTask('a', { ready: true });
  });

  it('without a callback it is ready at once, even for a poll that waits', () => {
    given(workflow, [start(), claim('a')])
      .when(progress('a'))
      .then(['TaskProgressed a'])
      .thenTask('a', { ready: true });
    given(workflow, [start(), claim('a'), parkPoll('a', 'w9')])
      .when(progress('a'))
      .then(['TaskProgressed a', ['TaskStarted a', { workerId: 'w9' }]]);
  });

  it('ends a delay that was still running', () => {
    given(aWorkflow().withTask(simple('a', { startDelay: 60 })), [start()])
      .when(progress('a'))
      .then(['TaskProgressed a'])
      .thenTask('a', { ready: true, timers: {} })
      .when(claim('a'))
      .then(['TaskStarted a']);
  });

  it('stops the response timeout, not the timeout of the attempt', () => {
    const timed = aWorkflow()
      .withTask(simple('a'))
      .withTaskDef('a', { responseTimeoutSeconds: 10, timeoutSeconds: 60 });
    given(timed, [start(), claim('a'), progress('a', { callbackAfterSeconds: 100 })]).thenTask('a', {
      timers: { offer: startOfTime + 100_000, timeout: startOfTime + 60_000 },
    });
  });

  it.each([
    [-5, 0],
    [9_999_999_999, 2_147_483_647],
  ])('keeps a callback of %d seconds within bounds', (seconds, kept) => {
    const { run } = given(workflow, [start(), claim('a'), progress('a', { callbackAfterSeconds: seconds })]);
    expect(run.task('a').callbackAfterSeconds).toBe(kept);
  });

  it('is refused when the attempt is over', () => {
    given(workflow, [start(), complete('a')])
      .when(progress('a'))
      .thenRefused('TASK_ENDED');
  });
});

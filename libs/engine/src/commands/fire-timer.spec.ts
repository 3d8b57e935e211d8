// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, fork, join, simple, subWorkflow, wait } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  after,
  claim,
  complete,
  fail,
  fireTimer,
  fireTimerAfter,
  parkPoll,
  pause,
  resume,
  start,
  startByMessage,
} from '../testing/steps.js';

const worked = (def: Readonly<Record<string, unknown>>, fields = {}) =>
  aWorkflow().withTask(simple('a', fields), simple('b')).withTaskDef('a', def);

describe('the response timeout', () => {
  const def = { responseTimeoutSeconds: 10, timeoutPolicy: 'TIME_OUT_WF' };

  it('goes through retry, whatever the policy says', () => {
    given(worked(def, { retryCount: 1 }), [start(), claim('a')])
      .when(fireTimerAfter(9.999))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(0.001))
      .then([
        'TimerFired response a',
        [
          'TaskTimedOut a',
          {
            retried: true,
            reasonForIncompletion: expect.stringMatching(
              /^responseTimeout: 10 exceeded for the taskId: \S+ with Task Definition: a$/,
            ),
          },
        ],
        'RetryScheduled a',
      ]);
  });

  it('times the workflow out when no attempt is left', () => {
    given(worked(def), [start(), claim('a')])
      .when(fireTimerAfter(10))
      .then([
        'TimerFired response a',
        'TaskTimedOut a',
        [
          'WorkflowTimedOut',
          (run) => ({
            reason: `Task ${run.idOf('a')} failed with status: TIMED_OUT and reason: 'responseTimeout: 10 exceeded for the taskId: ${run.idOf('a')} with Task Definition: a'`,
            failedReferenceTaskNames: [],
          }),
        ],
      ]);
  });

  it('of an optional task is forgiven', () => {
    given(worked(def, { optional: true }), [start(), claim('a')])
      .when(fireTimerAfter(10))
      .then(['TimerFired response a', ['TaskTimedOut a', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled b']);
  });

  it('I16 does not fire for an attempt that has ended', () => {
    given(worked(def), [start(), claim('a'), complete('a')])
      .when(fireTimerAfter(10))
      .thenRefused('TIMER_NOT_DUE');
  });

  it('does not run before the worker begins, and not for a message that lies in Kafka', () => {
    given(worked(def), [start()]).when(fireTimerAfter(10)).thenRefused('TIMER_NOT_DUE');
    given(worked({ ...def, delivery: 'kafka' }), [start()])
      .when(fireTimerAfter(10))
      .thenRefused('TIMER_NOT_DUE')
      .when(startByMessage('a'))
      .then(['TaskStarted a'])
      .when(fireTimerAfter(10))
      .then(['TimerFired response a', 'TaskTimedOut a', 'WorkflowTimedOut']);
  });

  it('rests while the workflow is paused', () => {
    given(worked(def), [start(), claim('a'), pause])
      .when(fireTimerAfter(20))
      .thenRefused('TIMER_NOT_DUE')
      .when(resume)
      .then(['WorkflowResumed'])
      .when(fireTimer)
      .then(['TimerFired response a', 'TaskTimedOut a', 'WorkflowTimedOut']);
  });
});

const kinds = [
  {
    kind: 'poll',
    def: { pollTimeoutSeconds: 20 },
    history: [start()],
    reason: (policy: string) =>
      `Task poll timed out after 20 seconds. Poll timeout configured as 20 seconds. Timeout policy configured to ${policy}`,
  },
  {
    kind: 'timeout',
    def: { timeoutSeconds: 20, responseTimeoutSeconds: 20 },
    history: [start(), claim('a')],
    reason: (policy: string) =>
      `Task timed out after 20 seconds. Timeout configured as 20 seconds. Timeout policy configured to ${policy}`,
  },
];

describe.each(kinds)('the $kind timeout', ({ kind, def, history, reason }) => {
  // Of two timers at one moment the response comes first by name; a lease that is longer than the test leaves the other alone.
  const quiet =
    kind === 'timeout'
      ? (policy: string) => worked({ ...def, timeoutPolicy: policy, responseTimeoutSeconds: 20 }, { retryCount: 1 })
      : (policy: string) => worked({ ...def, timeoutPolicy: policy }, { retryCount: 1 });
  const lease =
    kind === 'timeout'
      ? [
          ...history,
          after(1),
          (run: Parameters<typeof pause>[0]) => run.send('ExtendTaskLease', { taskId: run.idOf('a') }),
        ]
      : history;
  const rest = kind === 'timeout' ? 19 : 20;

  it('RETRY: another attempt', () => {
    given(quiet('RETRY'), lease)
      .when(fireTimerAfter(rest - 0.001))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(0.001))
      .then([
        `TimerFired ${kind} a`,
        ['TaskTimedOut a', { retried: true, reasonForIncompletion: reason('RETRY') }],
        'RetryScheduled a',
      ]);
  });

  it('TIME_OUT_WF: the workflow too, though attempts are left', () => {
    given(quiet('TIME_OUT_WF'), lease)
      .when(fireTimerAfter(rest))
      .then([
        `TimerFired ${kind} a`,
        ['TaskTimedOut a', { reasonForIncompletion: reason('TIME_OUT_WF') }],
        ['WorkflowTimedOut', (run) => ({ reason: reason('TIME_OUT_WF'), failedTaskId: run.idOf('a') })],
      ]);
  });

  it('ALERT_ONLY: a word, once', () => {
    given(quiet('ALERT_ONLY'), lease)
      .when(fireTimerAfter(rest))
      .then([`TimerFired ${kind} a`, [`TimeoutAlerted ${kind} a`, { reason: reason('ALERT_ONLY') }]])
      .when(fireTimer)
      .thenRefused('TIMER_NOT_DUE')
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled b']);
  });
});

describe('the timeouts of one attempt', () => {
  it('count from the first start, and the poll timeout from the offer', () => {
    given(worked({ pollTimeoutSeconds: 20 }, { startDelay: 5 }), [start()]).thenTask('a', {
      timers: { offer: startOfTime + 5000, poll: startOfTime + 25_000 },
    });
    given(worked({ pollTimeoutSeconds: 20 }), [start(), claim('a')])
      .when(fireTimerAfter(20))
      .thenRefused('TIMER_NOT_DUE');
    given(worked({ timeoutSeconds: 4000 }, { startDelay: 5 }), [start(), fireTimerAfter(5), claim('a')]).thenTask('a', {
      timers: { response: startOfTime + 3_605_000, timeout: startOfTime + 4_010_000 },
    });
  });
});

describe('the total timeout', () => {
  const def = { totalTimeoutSeconds: 30, retryDelaySeconds: 1, responseTimeoutSeconds: 100 };
  const total = (policy: string) =>
    new RegExp(
      `^Task a/\\S+ exceeded total timeout of 30 seconds \\(elapsed 30 seconds across all attempts including retry delays\\)\\. Timeout policy: ${policy}$`,
    );

  it('counts from the first attempt on, over retries', () => {
    given(worked(def, { retryCount: 3 }), [start(), claim('a'), after(20), fail('a')]).thenTask('a', {
      firstScheduledTime: startOfTime,
      timers: { offer: startOfTime + 21_000, total: startOfTime + 30_000 },
    });
  });

  it.each([
    ['RETRY', {}],
    ['RETRY', { optional: true }],
    ['RETRY', { permissive: true }],
  ])('%s: is not retried though attempts are left, not even with %j', (policy, fields) => {
    given(worked({ ...def, timeoutPolicy: policy }, { retryCount: 3, ...fields }), [start(), claim('a')])
      .when(fireTimerAfter(30))
      .then([
        'TimerFired total a',
        ['TaskTimedOut a', { reasonForIncompletion: expect.stringMatching(total('RETRY')) }],
        [
          'WorkflowTimedOut',
          (run) => ({
            reason: `Task ${run.idOf('a')}/a exceeded total timeout of 30 seconds (elapsed 30 seconds across all attempts). No further retries will be attempted.`,
          }),
        ],
      ]);
  });

  it('TIME_OUT_WF: with the text of the timeout', () => {
    given(worked({ ...def, timeoutPolicy: 'TIME_OUT_WF' }, { retryCount: 3 }), [start(), claim('a')])
      .when(fireTimerAfter(30))
      .then([
        'TimerFired total a',
        'TaskTimedOut a',
        ['WorkflowTimedOut', { reason: expect.stringMatching(total('TIME_OUT_WF')) }],
      ]);
  });

  it('ALERT_ONLY: goes on, but a failure afterwards is final', () => {
    given(worked({ ...def, timeoutPolicy: 'ALERT_ONLY' }, { retryCount: 3 }), [start(), claim('a')])
      .when(fireTimerAfter(30))
      .then(['TimerFired total a', 'TimeoutAlerted total a'])
      .when(fail('a'))
      .then([
        'TaskFailed a',
        ['WorkflowFailed', { reason: expect.stringMatching(/No further retries will be attempted\.$/) }],
      ]);
  });
});

describe('the timeout of the workflow', () => {
  const reason = (policy: string, elapsed = 60) =>
    `Workflow timed out after ${elapsed} seconds. Timeout configured as 60 seconds. Timeout policy configured to ${policy}`;
  const timed = (timeoutPolicy: string) =>
    aWorkflow().with({ timeoutSeconds: 60, timeoutPolicy }).withTask(simple('a'));

  it('TIME_OUT_WF: ends it, even while it is paused', () => {
    given(timed('TIME_OUT_WF'), [start()])
      .when(fireTimerAfter(59.999))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(0.001))
      .then(['TimerFired workflow', 'TaskCanceled a', ['WorkflowTimedOut', { reason: reason('TIME_OUT_WF') }]])
      .when(fireTimer)
      .thenRefused('TIMER_NOT_DUE');
    given(timed('TIME_OUT_WF'), [start(), pause])
      .when(fireTimerAfter(60))
      .then(['TimerFired workflow', 'TaskCanceled a', 'WorkflowTimedOut']);
  });

  it('ALERT_ONLY: a word', () => {
    given(timed('ALERT_ONLY'), [start()])
      .when(fireTimerAfter(61))
      .then(['TimerFired workflow', ['TimeoutAlerted workflow', { reason: reason('ALERT_ONLY', 61) }]])
      .thenWorkflow({ status: 'RUNNING' });
  });

  it('counts from the last resume', () => {
    given(timed('TIME_OUT_WF'), [start(), pause, after(50), resume])
      .when(fireTimerAfter(59))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(1))
      .then(['TimerFired workflow', 'TaskCanceled a', ['WorkflowTimedOut', { reason: reason('TIME_OUT_WF') }]]);
  });
});

describe('tasks that no worker takes', () => {
  const def = { timeoutSeconds: 20, timeoutPolicy: 'RETRY', responseTimeoutSeconds: 10 };
  const text = 'Task timed out after 20 seconds. Timeout configured as 20 seconds. Timeout policy configured to RETRY';

  it.each([
    ['WAIT', wait('t')],
    ['SUB_WORKFLOW', subWorkflow('t', { name: 'child' })],
  ])('%s has the timeout of its definition, and no lease', (_type, one) => {
    given(aWorkflow().withTask(one).withTaskDef('t', def), [start()])
      .when(fireTimerAfter(19.999))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(0.001))
      .then(['TimerFired timeout t', ['TaskTimedOut t', { reasonForIncompletion: text }], 'WorkflowTimedOut']);
  });
});

describe('a delayed offer', () => {
  it('goes to a parked poll', () => {
    given(worked({}, { startDelay: 5 }), [start(), parkPoll('a', 'w7')])
      .when(fireTimerAfter(5))
      .then(['TimerFired offer a', 'TaskOffered a', ['TaskStarted a', { workerId: 'w7' }]]);
  });
});

describe('several timers at once', () => {
  it('fire earliest first, and each is followed up (I19)', () => {
    given(
      aWorkflow()
        .withTask(
          fork('f', [simple('a', { permissive: true }), simple('c')], [simple('b', { permissive: true }), simple('d')]),
          join('j', ['c', 'd']),
        )
        .withTaskDef('a', { responseTimeoutSeconds: 10 })
        .withTaskDef('b', { responseTimeoutSeconds: 9 }),
      [start(), claim('a'), claim('b'), after(10)],
    )
      .when(fireTimer)
      .then([
        'TimerFired response b',
        'TaskTimedOut b',
        'TaskScheduled d',
        'TimerFired response a',
        'TaskTimedOut a',
        'TaskScheduled c',
      ]);
  });

  it('the first may end the workflow: the others are passed over', () => {
    given(
      aWorkflow()
        .withTask(fork('f', [simple('a')], [simple('b')]), join('j', ['a', 'b']))
        .withTaskDef('a', { responseTimeoutSeconds: 10 })
        .withTaskDef('b', { responseTimeoutSeconds: 9 }),
      [start(), claim('a'), claim('b'), after(10)],
    )
      .when(fireTimer)
      .then(['TimerFired response b', 'TaskTimedOut b', 'TaskCanceled a', 'TaskCanceled j', 'WorkflowTimedOut']);
  });
});

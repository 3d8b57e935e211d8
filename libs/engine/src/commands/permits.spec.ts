import { limitIdOf } from '../permits/state.js';
import { aWorkflow, fork, join, simple } from '../testing/definitions.js';
import { sha256 } from '../testing/hash.js';
import { startOfTime, workflowId } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  cancel,
  claim,
  complete,
  fail,
  fireTimerAfter,
  granted,
  limitSays,
  parkPoll,
  pause,
  progress,
  rerun,
  restart,
  resume,
  retry,
  start,
  startByMessage,
  terminateWorkflow,
} from '../testing/steps.js';

const limit = limitIdOf(sha256, 'task', 'a');
const limited = aWorkflow()
  .withTask(simple('a'), simple('b'))
  .withTaskDef('a', { concurrentExecLimit: 2, rateLimitPerFrequency: 10, rateLimitFrequencyInSeconds: 60 });

describe('A22 a limited task', () => {
  it('is claimed by asking its limit, and is nobody’s meanwhile', () => {
    given(limited, [start()])
      .when(claim('a'))
      .then([
        [
          'PermitRequested a',
          {
            limit,
            name: 'a',
            limits: { concurrent: 2, rate: 10, rateSeconds: 60 },
            workerId: 'w1',
            priority: 0,
            since: startOfTime,
          },
        ],
      ])
      .thenTask('a', { status: 'SCHEDULED', ready: false });
  });

  it('is refused to a second worker while the limit has not answered', () => {
    given(limited, [start(), claim('a')])
      .when(claim('a', 'w2'))
      .thenRefused('TASK_NOT_READY');
  });

  it('is started for the worker who claimed it when the limit has room', () => {
    given(limited, [start(), claim('a', 'w7')])
      .when(granted('a'))
      .then([['TaskStarted a', { workerId: 'w7' }]])
      .thenTask('a', { status: 'IN_PROGRESS', workerId: 'w7' });
  });

  it('says in which of its domains it was taken', () => {
    const choosing = start({}, { taskToDomain: { a: 'red,blue,NO_DOMAIN' } });
    given(limited, [choosing, claim('a', 'w7', { domain: 'red' })])
      .when(granted('a'))
      .then([['TaskStarted a', { workerId: 'w7', domain: 'red' }]])
      .thenTask('a', { domain: 'red' });
  });

  it('is never promised to a parked poll', () => {
    given(limited, [parkPoll('a')])
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled a', { limited: true }]]);
  });

  it('can be claimed again when the limit offers room', () => {
    given(limited, [start(), claim('a')])
      .when(limitSays('OfferPermit', 'a'), claim('a', 'w2'))
      .then(['TaskOffered a', ['PermitRequested a', { workerId: 'w2' }]]);
  });

  it.each([
    ['completed', complete('a'), ['TaskCompleted a', 'TaskScheduled b', 'PermitReturned']],
    ['failed', fail('a', 'x'), ['TaskFailed a', 'WorkflowFailed', 'PermitReturned']],
    ['cancelled', cancel('a'), ['TaskCanceled a', 'WorkflowTerminated', 'PermitReturned']],
    ['handed back', progress('a'), ['TaskProgressed a', 'PermitReturned']],
    ['ended with its workflow', terminateWorkflow(), ['TaskCanceled a', 'WorkflowTerminated', 'PermitReturned']],
  ])('gives its permit back when it is %s', (_, step, expected) => {
    given(limited, [start(), claim('a'), granted('a')])
      .when(step)
      .then(expected)
      .thenWorkflow((run) => {
        expect(run.live.permits).toBeUndefined();
        return {};
      });
  });

  it('gives its wish back when it ends before the answer, and what comes then is given back too', () => {
    given(limited, [start(), claim('a')])
      .when(complete('a'), granted('a', 3))
      .then([
        'TaskCompleted a',
        'TaskScheduled b',
        ['PermitReturned', { request: 3 }],
        ['PermitReturned', { request: 3 }],
      ]);
  });

  it('asks anew for each attempt', () => {
    const retried = aWorkflow()
      .withTask({ ...simple('a'), retryCount: 1 })
      .withTaskDef('a', { concurrentExecLimit: 1, retryDelaySeconds: 1 });
    given(retried, [start(), claim('a'), granted('a')])
      .when(fail('a'), fireTimerAfter(1), claim('a'), granted('a'), complete('a'))
      .then([
        'TaskFailed a',
        'RetryScheduled a',
        'PermitReturned',
        'TimerFired offer a',
        'TaskOffered a',
        'PermitRequested a',
        'TaskStarted a',
        'TaskCompleted a',
        'WorkflowCompleted',
        'PermitReturned',
      ]);
  });

  it('gives its permit back when its lease ends', () => {
    const leased = aWorkflow()
      .withTask(simple('a'))
      .withTaskDef('a', { concurrentExecLimit: 1, responseTimeoutSeconds: 5 });
    given(leased, [start(), claim('a'), granted('a')])
      .when(fireTimerAfter(5))
      .then(['TimerFired response a', 'TaskTimedOut a', 'WorkflowTimedOut', 'PermitReturned']);
  });

  it('takes a permit once, however often it is granted', () => {
    given(limited, [start(), claim('a'), granted('a')])
      .when(granted('a'))
      .thenRefused('NOTHING_TO_DO');
  });

  it('does not take the answer to an earlier request', () => {
    given(limited, [start(), claim('a'), limitSays('OfferPermit', 'a'), claim('a')])
      .when(granted('a', 3))
      .then([['PermitReturned', { request: 3 }]])
      .thenTask('a', { status: 'SCHEDULED', ready: false });
  });

  it('is counted by the limits that the claim says, when the definition was unlimited at the start', () => {
    const limits = { concurrent: 1 };
    given(aWorkflow().withTask(simple('a')), [start()])
      .when((run) => run.send('ClaimTask', { taskId: run.idOf('a'), workerId: 'w1', pollId: 'p', limits }))
      .then([['PermitRequested a', { limits, pollId: 'p' }]]);
  });

  it('of a branch is given back when another branch fails the workflow', () => {
    const forked = aWorkflow()
      .withTask(fork('f', [simple('a')], [simple('c')]), join('j', ['a', 'c']))
      .withTaskDef('a', { concurrentExecLimit: 1 })
      .withTaskDef('c', { concurrentExecLimit: 1 });
    given(forked, [start(), claim('a'), granted('a'), claim('c')])
      .when(fail('c'))
      .then(['TaskFailed c', 'TaskCanceled a', 'TaskCanceled j', 'WorkflowFailed', 'PermitReturned', 'PermitReturned']);
  });
});

describe('A22 a limited task that is sent to its worker', () => {
  const sent = aWorkflow().withTask(simple('a')).withTaskDef('a', { concurrentExecLimit: 1, delivery: 'kafka' });

  it('asks when it is scheduled, and goes out with its permit', () => {
    given(sent)
      .when(start(), granted('a'), startByMessage('a', 'w9'), complete('a'))
      .then([
        'WorkflowStarted',
        'TaskScheduled a',
        'PermitRequested a',
        'TaskOffered a',
        'TaskStarted a',
        'TaskCompleted a',
        'WorkflowCompleted',
        'PermitReturned',
      ]);
  });

  it('does not begin without it', () => {
    given(sent, [start()]).when(startByMessage('a')).thenRefused('TASK_NOT_READY');
  });

  it('asks again when it is back in the queue', () => {
    given(sent, [start(), granted('a'), startByMessage('a')])
      .when(progress('a', { callbackAfterSeconds: 2 }), fireTimerAfter(2))
      .then(['TaskProgressed a', 'PermitReturned', 'TimerFired offer a', 'TaskOffered a', 'PermitRequested a'])
      .thenTask('a', { ready: false });
  });
});

describe('A22 a workflow with a rateLimitConfig', () => {
  const rated = (policy?: string): typeof limited =>
    aWorkflow()
      .withTask(simple('a'))
      .with({ rateLimitConfig: { rateLimitKey: '${workflow.input.user}', concurrentExecLimit: 3, policy } });

  it('waits for its permit before its first task', () => {
    given(rated())
      .when(start({ user: 'ada' }))
      .then([
        'WorkflowStarted',
        [
          'WorkflowPermitRequested',
          { limit: limitIdOf(sha256, 'workflow', 'wf', 'ada'), key: 'ada', limits: { concurrent: 3 }, policy: 'QUEUE' },
        ],
      ])
      .thenWorkflow({ status: 'RUNNING', rateLimited: true, rateLimitKey: 'ada', taskCount: 0 });
  });

  it('begins with it, and gives it back at its end', () => {
    given(rated(), [start({ user: 'ada' })])
      .when(granted(), claim('a'), complete('a'))
      .then([
        'WorkflowPermitGranted',
        'TaskScheduled a',
        'TaskStarted a',
        'TaskCompleted a',
        'WorkflowCompleted',
        ['PermitReturned', { holder: workflowId, request: 2 }],
      ]);
  });

  it('fails when it was not to wait and there is no permit', () => {
    given(rated('REJECT'), [start({ user: 'ada' })])
      .when(limitSays('RefusePermit'))
      .then([
        ['WorkflowFailed', { reason: "Workflow wf is rate limited: no permit is free for the rate limit key 'ada'" }],
        'PermitReturned',
      ]);
  });

  it('gives the wish back when it is terminated before', () => {
    given(rated(), [start({ user: 'ada' })])
      .when(terminateWorkflow('enough'), granted(undefined, 2))
      .then(['WorkflowTerminated', 'PermitReturned', 'PermitReturned']);
  });

  it('begins with its resume when it was paused meanwhile', () => {
    given(rated(), [start({ user: 'ada' }), pause])
      .when(granted(), resume)
      .then(['WorkflowPermitGranted', 'StepsDeferred', 'WorkflowResumed', 'StepsResumed', 'TaskScheduled a']);
  });

  it.each([
    ['retried', retry, ['WorkflowRetried'], ['RetryScheduled a']],
    ['run again from a task', rerun('a'), ['WorkflowReran'], ['TasksRemoved', 'TaskScheduled a']],
  ])('is not held back when it is %s, but counts', (_how, again, before, behind) => {
    const taken = { limit: limitIdOf(sha256, 'workflow', 'wf', 'ada'), key: 'ada', policy: 'TAKE' };
    given(rated(), [start({ user: 'ada' }), granted(), claim('a'), fail('a')])
      .when(again)
      .then([...before, ['WorkflowPermitRequested', taken], ...behind])
      .thenWorkflow({ status: 'RUNNING', rateLimitKey: 'ada' })
      .when(claim('a'), complete('a'))
      .then(['TaskStarted a', 'TaskCompleted a', 'WorkflowCompleted', ['PermitReturned', { holder: workflowId }]]);
  });

  it('waits again when it is restarted', () => {
    given(rated(), [start({ user: 'ada' }), granted(), claim('a'), fail('a')])
      .when(restart)
      .then(['WorkflowRestarted', 'TasksRemoved', ['WorkflowPermitRequested', { policy: 'QUEUE' }]])
      .thenWorkflow({ rateLimited: true });
  });

  it('has a key of any kind', () => {
    given(rated())
      .when(start({ user: { a: 1 } }))
      .then(['WorkflowStarted', ['WorkflowPermitRequested', { key: '{"a":1}' }]]);
  });
});

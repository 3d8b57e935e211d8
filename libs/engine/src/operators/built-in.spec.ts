// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { nextDue } from '../timers.js';
import { aWorkflow, simple, task } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import {
  after,
  claim,
  complete,
  extendLease,
  fail,
  fireTimer,
  fireTimerAfter,
  parkPoll,
  progress,
  start,
  theSameAgain,
} from '../testing/steps.js';

const types = ['HTTP', 'HTTP_POLL', 'KAFKA_PUBLISH', 'JSON_JQ_TRANSFORM', 'START_WORKFLOW'] as const;
const inputParameters = { uri: 'http://${workflow.input.host}', kafka_request: {}, queryExpression: '.' };
const builtIn = (type: string, fields = {}, def?: object) => {
  const workflow = aWorkflow().withTask(task(type, 'b', { name: 'call', inputParameters, ...fields }), simple('z'));
  return def === undefined ? workflow : workflow.withTaskDef('call', { ...def });
};

describe.each(types)('%s', (type) => {
  it('is queued under its type, in no domain, with its input resolved', () => {
    const workflow = builtIn(type);
    given(workflow)
      .when(start({ host: 'h' }, { taskToDomain: { '*': 'blue', [type]: 'red' } }))
      .then([
        'WorkflowStarted',
        ['TaskScheduled b', { taskType: type, queue: type, taskDefName: 'call', input: { uri: 'http://h' } }],
      ])
      .thenTask('b', { status: 'SCHEDULED', ready: true });
    const { run } = given(workflow, [start({}, { taskToDomain: { '*': 'blue' } })]);
    expect(run.task('b')).not.toHaveProperty('domain');
  });

  it('goes to the executor that waits for it, under a lease, whatever its definition says', () => {
    given(builtIn(type, {}, { responseTimeoutSeconds: 3600, delivery: 'kafka' }), [parkPoll(type, 'server')])
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled b',
        ['TaskStarted b', (run) => ({ workerId: 'server', timers: { lease: run.now + 60_000 } })],
      ])
      .when(complete('b', { x: 1 }))
      .then(['TaskCompleted b', 'TaskScheduled z']);
  });

  it('begins later when it has a start delay', () => {
    given(builtIn(type, { startDelay: 5 }))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled b', { delaySeconds: 5 }]])
      .when(fireTimerAfter(5))
      .then(['TimerFired offer b', 'TaskOffered b']);
  });

  it('is not retried without a definition of its name, and by it with one', () => {
    given(builtIn(type), [start(), claim('b')])
      .when(fail('b', 'no'))
      .then([['TaskFailed b', { status: 'FAILED' }], 'WorkflowFailed']);
    given(builtIn(type, {}, { retryCount: 1, retryDelaySeconds: 2 }), [start(), claim('b')])
      .when(fail('b', 'no'))
      .then(['TaskFailed b', ['RetryScheduled b', { queue: type, delaySeconds: 2 }]]);
  });
});

describe('the lease of an executor', () => {
  const claimed = () =>
    given(builtIn('HTTP', {}, { timeoutSeconds: 200, responseTimeoutSeconds: 10 }), [start(), claim('b', 'one')]);

  it('offers the same attempt again when it ends, without using one up', () => {
    claimed()
      .when(fireTimerAfter(60))
      .then(['TimerFired lease b', ['TaskProgressed b', { status: 'SCHEDULED', callbackAfterSeconds: 0 }]])
      .thenTask('b', { status: 'SCHEDULED', ready: true, retryCount: 0, pollCount: 1 })
      .when(claim('b', 'two'))
      .then([['TaskStarted b', { workerId: 'two' }]])
      .thenTask('b', { pollCount: 2 });
  });

  it('hands the task to an executor that waits in the decision in which the other one was given up', () => {
    claimed()
      .when(parkPoll('HTTP', 'two'), fireTimerAfter(60))
      .then(['TimerFired lease b', 'TaskProgressed b', ['TaskStarted b', { workerId: 'two' }]]);
  });

  it('lets the first result count, whoever it is from', () => {
    given(builtIn('HTTP'), [start(), claim('b', 'one'), fireTimerAfter(60), claim('b', 'two')])
      .when(complete('b', { by: 'one' }))
      .then(['TaskCompleted b', 'TaskScheduled z'])
      .when(theSameAgain)
      .thenRefused('TASK_ENDED');
  });

  it('is extended by who holds it', () => {
    claimed()
      .when(after(50), extendLease('b'))
      .then([['TaskLeaseExtended b', (run) => ({ timers: { lease: run.now + 60_000 } })]])
      .when(after(59), fireTimer)
      .thenRefused('TIMER_NOT_DUE');
  });

  it('is over with the task back in the queue', () => {
    const { run } = given(builtIn('HTTP'), [start(), claim('b'), fireTimerAfter(60)]);
    expect(nextDue(run.live)).toBeUndefined();
  });

  it('counts the poll timeout anew when it ends', () => {
    const def = { pollTimeoutSeconds: 30, timeoutPolicy: 'RETRY' };
    given(builtIn('HTTP', {}, def), [start(), claim('b'), fireTimerAfter(60)])
      .when(fireTimerAfter(30))
      .then(['TimerFired poll b', 'TaskTimedOut b', 'WorkflowTimedOut']);
  });

  it('does not save a task from its timeout', () => {
    claimed()
      .when(fireTimerAfter(200))
      .then(['TimerFired lease b', 'TaskProgressed b', 'TimerFired timeout b', 'TaskTimedOut b', 'WorkflowTimedOut']);
  });
});

describe('a task of the server that is in progress', () => {
  it.each(['HTTP', 'KAFKA_PUBLISH'])(
    '%s stays so for as long as it takes when it is to be ended from outside',
    (type) => {
      given(builtIn(type, { asyncComplete: true }), [start()])
        .thenTask('b', { input: expect.objectContaining({ asyncComplete: true }) })
        .when(claim('b'), progress('b', { output: { response: 202 } }))
        .then(['TaskStarted b', ['TaskProgressed b', { status: 'IN_PROGRESS', callbackAfterSeconds: 0 }]])
        .when(after(100_000), fireTimer)
        .thenRefused('TIMER_NOT_DUE')
        .when(extendLease('b'), after(100_000), fireTimer)
        .then(['TaskLeaseExtended b', 'CommandRejected'])
        .when(progress('b', { output: { half: true }, callbackAfterSeconds: 5 }))
        .then([['TaskProgressed b', { status: 'IN_PROGRESS', callbackAfterSeconds: 5 }]])
        .when(complete('b', { done: true }))
        .then(['TaskCompleted b', 'TaskScheduled z']);
    },
  );

  it('is offered again at once when its executor hands it back, whoever is to end it', () => {
    given(builtIn('HTTP', { asyncComplete: true }), [start(), claim('b')])
      .when(progress('b', { callbackAfterSeconds: 0, handedBack: true }))
      .then([['TaskProgressed b', { status: 'SCHEDULED', callbackAfterSeconds: 0 }]])
      .when(claim('b'))
      .then(['TaskStarted b']);
  });

  it('is not done twice for a word that comes when the executor was done', () => {
    given(builtIn('HTTP', { asyncComplete: true }), [start(), claim('b'), progress('b')])
      .when(progress('b', { callbackAfterSeconds: 0, handedBack: true }))
      .then([['TaskProgressed b', { status: 'IN_PROGRESS' }]]);
  });

  it('HTTP_POLL goes back to its queue for a while, and counts how often it was looked at', () => {
    given(builtIn('HTTP_POLL', { asyncComplete: true }), [start(), claim('b')])
      .when(progress('b', { output: { polls: 1 }, callbackAfterSeconds: 7 }))
      .then([['TaskProgressed b', (run) => ({ status: 'SCHEDULED', timers: { offer: run.now + 7000 } })]])
      .when(fireTimerAfter(7))
      .then(['TimerFired offer b', 'TaskOffered b'])
      .when(claim('b'))
      .then(['TaskStarted b'])
      .thenTask('b', { pollCount: 2, output: { polls: 1 } });
  });

  it('is looked at again after half a minute when nobody said when', () => {
    given(builtIn('HTTP'), [start(), claim('b')])
      .when(progress('b'))
      .then([['TaskProgressed b', { status: 'SCHEDULED', callbackAfterSeconds: 30 }]]);
    given(builtIn('HTTP'), [start(), claim('b')])
      .when(progress('b', { callbackAfterSeconds: 0 }))
      .then([['TaskProgressed b', { status: 'SCHEDULED', callbackAfterSeconds: 0 }]]);
  });
});

describe('the flag asyncComplete', () => {
  it.each([
    ['of the task', { asyncComplete: true }, true],
    [
      'of the input before that of the task',
      { asyncComplete: true, inputParameters: { uri: 'u', asyncComplete: false } },
      false,
    ],
    ['of the request', { inputParameters: { http_request: { uri: 'u', asyncComplete: true } } }, true],
    ['of nobody', {}, undefined],
  ])('%s reaches the executor', (_what, fields, expected) => {
    const { run } = given(builtIn('HTTP', fields), [start()]);
    expect(run.task('b').input['asyncComplete']).toBe(expected);
  });
});

describe('the input of a task of the server', () => {
  it('is filled from the template of its definition', () => {
    const { run } = given(builtIn('HTTP', {}, { inputTemplate: { method: 'GET', uri: 'not this' } }), [
      start({ host: 'h' }),
    ]);
    expect(run.task('b').input).toMatchObject({ method: 'GET', uri: 'http://h' });
  });

  it.each([
    [{ name: 'child' }, { name: 'child', correlationId: 'c1', taskToDomain: { '*': 'blue' } }],
    [
      { name: 'child', correlationId: ' ', taskToDomain: {} },
      { name: 'child', correlationId: 'c1', taskToDomain: { '*': 'blue' } },
    ],
    [
      { correlationId: 'own', taskToDomain: { a: 'b' } },
      { correlationId: 'own', taskToDomain: { a: 'b' } },
    ],
    ['no request', 'no request'],
    [['no request'], ['no request']],
  ])("of START_WORKFLOW %j takes over what is the caller's", (startWorkflow, expected) => {
    const workflow = builtIn('START_WORKFLOW', { inputParameters: { startWorkflow } });
    const { run } = given(workflow, [start({}, { correlationId: 'c1', taskToDomain: { '*': 'blue' } })]);
    expect(run.task('b').input).toEqual({ startWorkflow: expected });
  });
});

describe('JDBC', () => {
  it('is not there yet, and says so', () => {
    given(aWorkflow().withTask(task('JDBC', 'j')))
      .when(start())
      .then([
        'WorkflowStarted',
        ['WorkflowFailed', { reason: 'Task j: this version does not run tasks of type JDBC' }],
      ]);
  });
});

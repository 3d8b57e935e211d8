import { aWorkflow, dynamic, fork, join, simple, terminate } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  after,
  claim,
  complete,
  fail,
  fireTimerAfter,
  found,
  parkPoll,
  pause,
  resume,
  retry,
  start,
} from '../testing/steps.js';

const workflow = aWorkflow().withTask(dynamic('d', '${workflow.input.worker}', {}, { order: 7 }), simple('z'));
const called = start({ worker: 'paint' });

describe('DYNAMIC', () => {
  it('is nobody’s task before the definition of its name is known', () => {
    given(workflow, [parkPoll('paint')])
      .when(called)
      .then([
        'WorkflowStarted',
        ['TaskScheduled d', { taskType: 'paint', taskDefName: 'paint', input: { name: 'paint', order: 7 } }],
        ['TaskDefsRequested d', { names: ['paint'] }],
      ])
      .thenTask('d', { status: 'SCHEDULED', ready: false })
      .when(claim('d'))
      .thenRefused('TASK_NOT_READY');
  });

  it('is a worker’s task of that name then', () => {
    given(workflow, [called])
      .when(found('d', { paint: { responseTimeoutSeconds: 60, inputTemplate: { colour: 'red', order: 1 } } }))
      .then([
        'TaskDefsRecorded d',
        [
          'TaskQueued d',
          { queue: 'paint', input: { name: 'paint', order: 7, colour: 'red' }, responseTimeoutSeconds: 60 },
        ],
      ])
      .thenTask('d', { ready: true })
      .when(claim('d'))
      .then([['TaskStarted d', { timers: { response: startOfTime + 60_000 } }]])
      .when(complete('d', { done: 1 }))
      .then(['TaskCompleted d', 'TaskScheduled z']);
  });

  it('goes to a poll that waits for it', () => {
    given(workflow, [parkPoll('paint'), called])
      .when(found('d', { paint: {} }))
      .then(['TaskDefsRecorded d', 'TaskQueued d', ['TaskStarted d', { workerId: 'w1' }]]);
  });

  it('has the domain and the delivery of its name', () => {
    given(workflow, [start({ worker: 'paint' }, { taskToDomain: { paint: 'blue', '*': 'red' } })])
      .when(found('d', { paint: { delivery: 'kafka' } }))
      .then(['TaskDefsRecorded d', ['TaskQueued d', { domain: 'blue', delivery: 'kafka' }]]);
  });

  it('I16 has the timers of its definition, counted from when it was scheduled', () => {
    given(aWorkflow().withTask(dynamic('d', 'paint', { startDelay: 10 })), [start(), after(4)])
      .when(found('d', { paint: { pollTimeoutSeconds: 5, totalTimeoutSeconds: 90 } }))
      .then([
        'TaskDefsRecorded d',
        [
          'TaskQueued d',
          { timers: { offer: startOfTime + 10_000, poll: startOfTime + 15_000, total: startOfTime + 90_000 } },
        ],
      ])
      .thenTask('d', { ready: false })
      .when(fireTimerAfter(6))
      .then(['TimerFired offer d', 'TaskOffered d'])
      .thenTask('d', { ready: true });
  });

  it('is retried by its definition, under its name', () => {
    given(aWorkflow().withTask(dynamic('d', '${workflow.input.worker}', { retryCount: null }, { order: 7 })), [
      called,
      found('d', { paint: { retryCount: 1, retryDelaySeconds: 0, inputTemplate: { colour: 'red' } } }),
    ])
      .when(fail('d', 'no paint'))
      .then([
        ['TaskFailed d', { retried: true }],
        ['RetryScheduled d', { taskType: 'paint', queue: 'paint', input: { order: 7, colour: 'red' } }],
      ])
      .when(fail('d', 'still none'))
      .then(['TaskFailed d', 'WorkflowFailed'])
      .when(retry)
      .then(['WorkflowRetried', ['RetryScheduled d', { queue: 'paint' }]]);
  });

  it('needs no look-up when its author has embedded the definition', () => {
    given(aWorkflow().withTask(dynamic('d', 'paint', { taskDefinition: { name: 'paint', inputTemplate: { c: 1 } } })))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled d', { queue: 'paint', input: { c: 1 } }]]);
  });

  it('of a name that nobody registered fails for good, and is looked up again by a retry of the workflow', () => {
    const reason = 'Invalid task specified. Cannot find task by name paint in the task definitions';
    given(workflow, [called])
      .when(found('d'))
      .then([
        'TaskDefsRecorded d',
        ['TaskFailed d', { status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion: reason }],
        'WorkflowFailed',
      ])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled d', 'TaskDefsRequested d'])
      .when(found('d', { paint: {} }))
      .then(['TaskDefsRecorded d', 'TaskQueued d']);
  });

  it('may be optional', () => {
    given(aWorkflow().withTask(dynamic('d', 'paint', { optional: true }), simple('z')), [start()])
      .when(found('d'))
      .then(['TaskDefsRecorded d', ['TaskFailed d', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled z']);
  });

  it.each([[undefined], [null], [5], [''], [{ name: 'x' }]])('ends the workflow when its name is %j', (worker) => {
    const shown =
      worker === '' ? '' : typeof worker === 'object' && worker !== null ? '{name=x}' : String(worker ?? null);
    given(workflow)
      .when(start({ worker }))
      .then([
        'WorkflowStarted',
        [
          'WorkflowFailed',
          {
            reason: `Cannot map a dynamic task based on the parameter and input. Parameter= name, input= {name=${shown}, order=7}`,
          },
        ],
      ]);
  });

  it('is done by the server when it has the name of one of its types', () => {
    given(aWorkflow().withTask(dynamic('d', 'WAIT', {}, { duration: '5 seconds' }), simple('z')))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled d', { taskType: 'WAIT', timers: { wait: startOfTime + 5000 } }]])
      .when(fireTimerAfter(5))
      .then(['TimerFired wait d', 'TaskCompleted d', 'TaskScheduled z']);
  });

  it.each(['SUB_WORKFLOW', 'SWITCH', 'FORK_JOIN', 'TERMINATE', 'DYNAMIC', 'JOIN', 'DO_WHILE'])(
    'does not reach %s',
    (name) => {
      given(workflow)
        .when(start({ worker: name }))
        .then(['WorkflowStarted', ['WorkflowFailed', { reason: `Dynamic task d cannot be of type ${name}` }]]);
    },
  );

  it('is queued while the workflow is paused, as every task that is scheduled already', () => {
    given(workflow, [called, pause])
      .when(found('d', { paint: {} }))
      .then(['TaskDefsRecorded d', 'TaskQueued d'])
      .when(resume)
      .then(['WorkflowResumed']);
  });

  it('I10 takes definitions once, and none when it has ended', () => {
    given(workflow, [called, found('d', { paint: {} })])
      .when(found('d', { paint: {} }))
      .thenRefused('TASK_NOT_READY');
    given(
      aWorkflow().withTask(
        fork('f', [dynamic('d', 'paint')], [simple('a'), terminate('t', 'FAILED')]),
        join('j', ['d']),
      ),
      [start(), complete('a')],
    )
      .when(found('d', { paint: {} }))
      .thenRefused('TASK_ENDED');
  });

  it('is looked up again when the workflow ended before its definition came', () => {
    given(aWorkflow().withTask(fork('f', [dynamic('d', 'paint')], [simple('a')]), join('j', ['d', 'a'])), [
      start(),
      fail('a'),
    ])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled d', 'TaskDefsRequested d', 'RetryScheduled a', 'TaskReopened j']);
  });
});

import { aWorkflow, simple } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  after,
  claim,
  complete,
  extendLease,
  fail,
  fireTimerAfter,
  log,
  pause,
  progress,
  start,
  startByMessage,
  terminateWorkflow,
} from '../testing/steps.js';

const workflow = aWorkflow()
  .withTask(simple('a'), simple('b'))
  .withTaskDef('a', { responseTimeoutSeconds: 10, timeoutSeconds: 60 });

describe('ClaimTask', () => {
  it('gives the task to the worker and starts the clocks', () => {
    given(workflow, [start(), after(5)])
      .when(claim('a', 'w1'))
      .then([
        [
          'TaskStarted a',
          { workerId: 'w1', timers: { response: startOfTime + 15_000, timeout: startOfTime + 65_000 } },
        ],
      ])
      .thenTask('a', { status: 'IN_PROGRESS', workerId: 'w1', startTime: startOfTime + 5000, pollCount: 1 });
  });

  it('I9 is refused when another was first', () => {
    given(workflow, [start(), claim('a', 'w1')])
      .when(claim('a', 'w2'))
      .thenRefused('TASK_NOT_READY')
      .thenTask('a', { workerId: 'w1' });
  });

  it('is refused for an unknown task and for an ended one', () => {
    given(workflow, [start()])
      .when((run) => run.send('ClaimTask', { taskId: 'nobody', workerId: 'w' }))
      .thenRefused('TASK_NOT_FOUND', 'No such task found by id: nobody')
      .when((run) => run.send('ClaimTask', { taskId: 'toString', workerId: 'w' }))
      .thenRefused('TASK_NOT_FOUND');
    given(workflow, [start(), complete('a')])
      .when(claim('a'))
      .thenRefused('TASK_ENDED');
  });

  it('hands out tasks of a paused workflow', () => {
    given(workflow, [start(), pause]).when(claim('a')).then(['TaskStarted a']);
  });

  it('is refused while the task waits for its time', () => {
    given(aWorkflow().withTask(simple('a', { startDelay: 5 })), [start()])
      .when(claim('a'))
      .thenRefused('TASK_NOT_READY');
  });

  it('may come again after the worker has given the task back; the attempt keeps its first start', () => {
    given(workflow, [start(), claim('a', 'w1'), after(3), progress('a')])
      .when(claim('a', 'w2'))
      .then([['TaskStarted a', { timers: { response: startOfTime + 13_000, timeout: startOfTime + 60_000 } }]])
      .thenTask('a', { pollCount: 2, startTime: startOfTime, workerId: 'w2' });
  });
});

describe('StartTask', () => {
  const kafka = aWorkflow().withTask(simple('a')).withTaskDef('a', { delivery: 'kafka', responseTimeoutSeconds: 10 });

  it('is the word of a Kafka worker that it begins; the second changes nothing', () => {
    given(kafka, [start()])
      .when(startByMessage('a', 'k'))
      .then([['TaskStarted a', { workerId: 'k', timers: { response: startOfTime + 10_000 } }]])
      .when(startByMessage('a', 'k'))
      .thenRefused('TASK_NOT_READY');
  });

  it('is refused when its worker has asked to be called later', () => {
    given(kafka, [start(), progress('a', { callbackAfterSeconds: 5 })])
      .when(startByMessage('a', 'k'))
      .thenRefused('TASK_NOT_READY')
      .when(fireTimerAfter(5))
      .then(['TimerFired offer a', 'TaskOffered a'])
      .when(startByMessage('a', 'k'))
      .then(['TaskStarted a']);
  });

  it('may be left out: the result alone is enough', () => {
    given(kafka, [start()]).when(complete('a')).then(['TaskCompleted a', 'WorkflowCompleted']);
  });
});

describe('ExtendTaskLease', () => {
  it('starts the response timeout anew, and nothing else', () => {
    given(workflow, [start(), claim('a'), after(8)])
      .when(extendLease('a'))
      .then([['TaskLeaseExtended a', { timers: { response: startOfTime + 18_000 } }]])
      .when(fireTimerAfter(9))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(1))
      .then(['TimerFired response a', 'TaskTimedOut a', 'WorkflowTimedOut']);
  });

  it('has no clock to set before a worker has begun', () => {
    const { run } = given(workflow, [start(), extendLease('a')]);
    expect(run.records.at(-1)?.event.data).toEqual({ taskId: run.idOf('a') });
  });

  it('is refused for ended and unknown tasks', () => {
    given(workflow, [start(), complete('a')])
      .when(extendLease('a'))
      .thenRefused('TASK_ENDED');
    given(workflow, [start()])
      .when((run) => run.send('ExtendTaskLease', { taskId: 'x' }))
      .thenRefused('TASK_NOT_FOUND');
  });
});

describe('LogTask', () => {
  it('keeps a line, of ended tasks and in ended workflows too', () => {
    given(workflow, [start(), complete('a')])
      .when(log('a', 'late'))
      .then([['TaskLogged a', { log: 'late' }]]);
    given(workflow, [start(), fail('a')])
      .when(log('a', 'why'))
      .then(['TaskLogged a']);
    given(workflow, [start(), terminateWorkflow()]).when(log('a', 'why')).then(['TaskLogged a']);
  });

  it('is refused for an unknown task', () => {
    given(workflow, [start()])
      .when((run) => run.send('LogTask', { taskId: 'x', log: 'l' }))
      .thenRefused('TASK_NOT_FOUND');
  });
});

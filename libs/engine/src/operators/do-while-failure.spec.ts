import {
  aWorkflow,
  doWhile,
  type Fields,
  fork,
  join,
  simple,
  subWorkflow,
  type WorkflowBuilder,
} from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import {
  claim,
  complete,
  evaluated,
  fail,
  fireTimer,
  fireTimerAfter,
  pause,
  progress,
  resume,
  retry,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const times = (count: number, reference = 'l'): string => `$.${reference}['iteration'] < ${count}`;
const looping = (condition: string, fields: Fields = {}, body: readonly Fields[] = [simple('a')]): WorkflowBuilder =>
  aWorkflow().withTask(doWhile('l', condition, body, fields), simple('z'));
/** Only the sandbox knows regular expressions. */
const forSandbox = "/x/.test($.a.text) || $.l.iteration < 0 || $.p === 'go'";

describe('a task of the body that fails', () => {
  it('is retried by its own policy first', () => {
    given(looping('false', {}, [simple('a', { retryCount: 1 })]).withTaskDef('a', { retryDelaySeconds: 5 }), [start()])
      .when(fail('a__1', 'first'))
      .then(['TaskFailed a__1', ['RetryScheduled a__1', { retryCount: 1, scope: '__1', iteration: 1 }]])
      .when(fireTimerAfter(5), complete('a__1', { x: 2 }))
      .thenTask('l', { status: 'COMPLETED', output: { iteration: 1, 1: { a: { x: 2 } } } });
  });

  it('fails the loop with its reason, and the loop the workflow', () => {
    given(looping('true', { retryCount: 3 }), [start(), complete('a__1', { x: 1 })])
      .when(fail('a__2', 'broken'))
      .then([
        'TaskFailed a__2',
        ['TaskFailed l', { status: 'FAILED', reasonForIncompletion: 'broken' }],
        [
          'WorkflowFailed',
          (run) => ({ reason: `Task ${run.idOf('l')} failed with status: FAILED and reason: 'broken'` }),
        ],
      ])
      .thenTask('l', { output: { iteration: 2, 1: { a: { x: 1 } } } });
  });

  it('takes along what else is open inside, and the flow goes on behind an optional loop', () => {
    const body = [
      fork('f', [simple('a')], [doWhile('in', 'true', [simple('b')])], [subWorkflow('c', { name: 'child' })]),
      join('j', ['a', 'in', 'c']),
    ];
    given(looping('true', { optional: true }, body), [start()])
      .when(fail('a__1', 'broken'))
      .then([
        'TaskFailed a__1',
        ['TaskFailed l', { status: 'COMPLETED_WITH_ERRORS', reasonForIncompletion: 'broken' }],
        'TaskCanceled in__1',
        'TaskCanceled b__1__1',
        ['TaskCanceled c__1', { childTermination: 'Loop l of the parent workflow has ended' }],
        'TaskCanceled j__1',
        'TaskScheduled z',
      ])
      .when(complete('z'))
      .then(['TaskCompleted z', 'WorkflowCompleted']);
  });

  it('is forgiven when it is optional', () => {
    given(looping(times(2), {}, [simple('a', { optional: true })]), [start()])
      .when(fail('a__1', 'never mind'))
      .then([['TaskFailed a__1', { status: 'COMPLETED_WITH_ERRORS' }], 'LoopIterated l', 'TaskScheduled a__2']);
  });

  it('lets its siblings finish when it is permissive, then fails the loop with all reasons', () => {
    const body = [
      fork('f', [simple('a', { permissive: true })], [simple('b', { permissive: true })], [simple('c')]),
      join('j', ['c']),
    ];
    given(looping('true', {}, body), [start(), fail('a__1', 'one'), fail('b__1', 'two')])
      .when(complete('c__1'))
      .then([
        'TaskCompleted c__1',
        'TaskCompleted j__1',
        ['TaskFailed l', { status: 'FAILED', reasonForIncompletion: 'one two' }],
        'WorkflowFailed',
      ]);
  });

  it('by its timeout fails the loop too', () => {
    const workflow = looping('true').withTaskDef('a', { responseTimeoutSeconds: 5, timeoutPolicy: 'RETRY' });
    given(workflow, [start(), claim('a__1')])
      .when(fireTimerAfter(5))
      .then(['TimerFired response a__1', 'TaskTimedOut a__1', 'TaskFailed l', 'WorkflowFailed'])
      .when(fireTimer)
      .thenRefused('TIMER_NOT_DUE');
  });

  it('in a loop within a loop fails the inner one, which may be optional', () => {
    const inner = doWhile('in', 'true', [simple('a')], { optional: true });
    given(looping(times(2), {}, [inner, simple('b')]), [start()])
      .when(fail('a__1__1', 'broken'))
      .then(['TaskFailed a__1__1', ['TaskFailed in__1', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled b__1']);
  });

  it('and another that was to be tried again: it is not, when the loop is over', () => {
    const body = [fork('f', [simple('a', { retryCount: 3 })], [simple('b')]), join('j', ['a', 'b'])];
    given(looping('true', { optional: true }, body), [start(), pause, fail('b__1', 'no'), fail('a__1', 'later')])
      .when(resume)
      .then(['WorkflowResumed', 'TaskFailed l', 'TaskCanceled j__1', 'TaskScheduled z']);
  });
});

describe('a loop that is ended from outside', () => {
  it('takes along what runs inside', () => {
    given(looping('true'), [start()])
      .when(complete('l', { by: 'hand' }))
      .then(['TaskCompleted l', 'TaskCanceled a__1', 'TaskScheduled z'])
      .thenTask('l', { output: { by: 'hand' } });
  });

  it('keeps what it shows when somebody reports progress', () => {
    given(looping('true'), [start(), complete('a__1', { x: 1 })])
      .when(progress('l', { output: { other: 1 } }))
      .thenTask('l', { status: 'IN_PROGRESS', output: { iteration: 2, 1: { a: { x: 1 } } } })
      .when(complete('a__2'))
      .then(['TaskCompleted a__2', 'LoopIterated l', 'TaskScheduled a__3']);
  });

  it('by its own timeout', () => {
    const workflow = looping('true', { optional: true }).withTaskDef('l', {
      timeoutSeconds: 9,
      responseTimeoutSeconds: 9,
      timeoutPolicy: 'RETRY',
    });
    given(workflow, [start()])
      .when(fireTimerAfter(9))
      .then([
        'TimerFired timeout l',
        ['TaskTimedOut l', { status: 'COMPLETED_WITH_ERRORS' }],
        'TaskCanceled a__1',
        'TaskScheduled z',
      ]);
  });
});

describe('a workflow that failed inside of a loop, when it is retried,', () => {
  it('tries the task once more and goes on with the loop at its turn', () => {
    given(looping(times(3)), [start(), complete('a__1', { x: 1 }), fail('a__2', 'no')])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened l', ['RetryScheduled a__2', { retryCount: 1, scope: '__2' }]])
      .when(complete('a__2', { x: 2 }))
      .then(['TaskCompleted a__2', ['LoopIterated l', { iteration: 3 }], 'TaskScheduled a__3'])
      .thenTask('l', { output: { iteration: 3, 1: { a: { x: 1 } }, 2: { a: { x: 2 } } } });
  });

  it('opens loops within loops, and JOINs, where they were', () => {
    const inner = [fork('f', [simple('b')], [simple('c')]), join('j', ['b', 'c'])];
    const workflow = looping('false', {}, [doWhile('in', 'false', inner)]);
    given(workflow, [start(), complete('c__1__1'), fail('b__1__1')])
      .when(retry)
      .then([
        'WorkflowRetried',
        'TaskReopened l',
        'TaskReopened in__1',
        'RetryScheduled b__1__1',
        'TaskReopened j__1__1',
      ])
      .when(complete('b__1__1'))
      .thenTask('l', { status: 'COMPLETED' });
  });

  it('leaves alone what failed in an optional loop', () => {
    given(looping('true', { optional: true }), [start(), fail('a__1'), fail('z')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled z']);
  });

  it('ends the turn with a task that the others had not waited for', () => {
    const body = [simple('a', { permissive: true }), simple('b')];
    given(looping('false', {}, body), [start(), fail('a__1', 'no'), complete('b__1')])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened l', 'RetryScheduled a__1'])
      .when(complete('a__1', { x: 2 }))
      .then(['TaskCompleted a__1', 'LoopIterated l', 'TaskCompleted l', 'TaskScheduled z'])
      .thenTask('l', { output: { iteration: 1, 1: { a: { x: 2 }, b: {} } } });
  });

  it('begins the turn that had only been recorded', () => {
    const workflow = looping(forSandbox, {}, [simple('a')]);
    given(workflow, [start(), complete('a__1'), pause, evaluated('l', { value: true }), terminateWorkflow()])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened l', 'TaskScheduled a__2']);
  });
});

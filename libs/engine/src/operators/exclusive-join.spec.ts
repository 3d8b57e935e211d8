import { aWorkflow, exclusiveJoin, fork, join, simple, switchOn } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, fail, jump, pause, resume, retry, start } from '../testing/steps.js';

/** One of two branches runs, and a task before them. */
const chosen = (which: unknown, a = {}, on = ['a', 'b'], otherwise = ['first']) =>
  aWorkflow().withTask(
    simple('first'),
    switchOn('s', which, { a: [simple('a', a)], b: [simple('b')] }),
    exclusiveJoin('e', on, otherwise),
    simple('z'),
  );

/** Beside the tasks that it waits for. */
const beside = (a = {}, b = {}, on = ['a', 'b'], otherwise: readonly string[] = []) =>
  aWorkflow().withTask(
    fork('f', [simple('a', a)], [simple('b', b)], [simple('c'), exclusiveJoin('e', on, otherwise), simple('z')]),
    join('j', ['a', 'b', 'z']),
  );

describe('EXCLUSIVE_JOIN', () => {
  it.each(['a', 'b'])('goes on with the one that has run (%s)', (which) => {
    given(chosen(which), [start(), complete('first', { by: 'first' })])
      .when(complete(which, { by: which }))
      .then([
        `TaskCompleted ${which}`,
        ['TaskScheduled e', { input: { joinOn: ['a', 'b'], defaultExclusiveJoinTask: ['first'] } }],
        ['TaskCompleted e', { output: { by: which } }],
        'TaskScheduled z',
      ]);
  });

  it('goes on with its default when none has run', () => {
    given(chosen('nothing'), [start()])
      .when(complete('first', { by: 'first' }))
      .then([
        'TaskCompleted first',
        'TaskScheduled s',
        'TaskCompleted s',
        'TaskScheduled e',
        ['TaskCompleted e', { output: { by: 'first' } }],
        'TaskScheduled z',
      ]);
  });

  it('waits for the first that is there, not for any other', () => {
    given(beside(), [start(), complete('c')])
      .thenTask('e', { status: 'IN_PROGRESS', input: { joinOn: ['a', 'b'] } })
      .when(complete('b'))
      .then(['TaskCompleted b'])
      .when(complete('a', { n: 1 }))
      .then(['TaskCompleted a', ['TaskCompleted e', { output: { n: 1 } }], 'TaskScheduled z']);
  });

  it('does not take its default while the one that it waits for runs', () => {
    given(beside({}, {}, ['a'], ['b']), [start(), complete('b'), complete('c')])
      .thenTask('e', { status: 'IN_PROGRESS' })
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskCompleted e', 'TaskScheduled z']);
  });

  it('waits for a default that is running', () => {
    given(
      aWorkflow().withTask(
        fork(
          'f',
          [simple('a')],
          [
            simple('c'),
            switchOn('s', 'no', { x: [simple('never')] }),
            exclusiveJoin('e', ['never'], ['a']),
            simple('z'),
          ],
        ),
        join('j', ['a', 'z']),
      ),
      [start(), complete('c')],
    )
      .thenTask('e', { status: 'IN_PROGRESS' })
      .when(complete('a', { n: 1 }))
      .then(['TaskCompleted a', ['TaskCompleted e', { output: { n: 1 } }], 'TaskScheduled z']);
  });

  it('waits for one that is not there yet', () => {
    given(
      aWorkflow().withTask(
        fork('f', [simple('a'), simple('late')], [simple('c'), exclusiveJoin('e', ['late']), simple('z')]),
        join('j', ['late', 'z']),
      ),
      [start(), complete('c'), complete('a')],
    )
      .when(complete('late'))
      .then(['TaskCompleted late', 'TaskCompleted e', 'TaskScheduled z']);
  });

  it('waits for the next attempt', () => {
    given(beside({ retryCount: 1 }), [start(), complete('c'), fail('a')])
      .thenTask('e', { status: 'IN_PROGRESS' })
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskCompleted e', 'TaskScheduled z']);
  });

  it('fails with the reason of a permissive task, when no other is running', () => {
    given(beside({ permissive: true }), [start(), complete('c'), fail('a', 'no')])
      .thenTask('e', { status: 'IN_PROGRESS' })
      .when(complete('b'))
      .then([
        'TaskCompleted b',
        ['TaskFailed e', { status: 'FAILED', reasonForIncompletion: 'no' }],
        'TaskCanceled j',
        'WorkflowFailed',
      ]);
  });

  it('takes the output of an optional task that failed', () => {
    given(beside({ optional: true }), [start(), complete('c')])
      .when(fail('a', 'no', { output: { n: 2 } }))
      .then(['TaskFailed a', ['TaskCompleted e', { output: { n: 2 } }], 'TaskScheduled z']);
  });

  it('sees what ended while the workflow was paused, when it is resumed', () => {
    given(beside(), [start(), complete('c'), pause, complete('a')])
      .when(resume)
      .then(['WorkflowResumed', 'TaskCompleted e', 'TaskScheduled z']);
  });

  it('I4 is put back in place by a retry of the workflow', () => {
    given(beside(), [start(), complete('c'), fail('a')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled a', 'RetryScheduled b', 'TaskReopened j', 'TaskReopened e'])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskCompleted e', 'TaskScheduled z']);
  });

  it('I19 goes on when all that it waits for was jumped over', () => {
    const workflow = aWorkflow().withTask(simple('a'), simple('b'), exclusiveJoin('e', [], ['a']), simple('z'));
    given(workflow, [start(), jump('b')])
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskScheduled e', ['TaskCompleted e', { output: {} }], 'TaskScheduled z']);
  });
});

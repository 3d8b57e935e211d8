import { aWorkflow, fork, join, simple, subWorkflow, switchOn } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, fail, jump, pause, retry, start } from '../testing/steps.js';

const row = aWorkflow().withTask(simple('a'), simple('b'), simple('c'), simple('d'));

describe('JumpToTask', () => {
  it('cancels what is open and goes on at the task, with the input given', () => {
    given(row, [start()])
      .when(jump('c', { x: 1 }))
      .then([
        ['TaskCanceled a', { passedOver: true }],
        ['WorkflowJumped', { run: 1, referenceTaskName: 'c' }],
        ['TaskScheduled c', { input: { x: 1 } }],
      ])
      .when(complete('c'), complete('d'))
      .then(['TaskCompleted c', 'TaskScheduled d', 'TaskCompleted d', 'WorkflowCompleted']);
  });

  it('back: what stands behind the task is executed again, under new ids', () => {
    const specification = given(row, [start(), complete('a'), complete('b')]);
    const before = Object.keys(specification.run.live.references);
    specification
      .when(jump('a'))
      .then(['TaskCanceled c', 'WorkflowJumped', ['TasksRemoved', { taskIds: before }], 'TaskScheduled a'])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled b']);
    expect(before).not.toContain(specification.run.idOf('a'));
  });

  it('what it passed over is not retried', () => {
    given(row, [start(), jump('c'), fail('c')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled c']);
  });

  it('what it passed over is no failure, though it may have been permissive', () => {
    given(aWorkflow().withTask(simple('a', { permissive: true }), simple('b')), [start(), jump('b')])
      .when(complete('b'))
      .then(['TaskCompleted b', 'WorkflowCompleted']);
  });

  it('into a case of a SWITCH, and on behind it', () => {
    given(aWorkflow().withTask(simple('a'), switchOn('s', 'x', { x: [], y: [simple('b')] }), simple('z')), [
      start(),
      jump('b'),
    ])
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskScheduled z']);
  });

  it('terminates the children that it leaves', () => {
    given(aWorkflow().withTask(subWorkflow('s', { name: 'child' }), simple('z')), [start()])
      .when(jump('z'))
      .then([['TaskCanceled s', { childRun: 0 }], 'WorkflowJumped', 'TaskScheduled z']);
  });

  it('is refused into a fork, and to a JOIN', () => {
    const forked = aWorkflow().withTask(simple('a'), fork('f', [simple('x')], [simple('y')]), join('j', ['x', 'y']));
    given(forked, [start()])
      .when(jump('x'))
      .thenRefused('TASK_UNREACHABLE', /it stands inside of FORK_JOIN f$/);
    given(forked, [start()])
      .when(jump('j'))
      .thenRefused('TASK_UNREACHABLE', /it is a JOIN, which waits for others$/);
    given(forked, [start()])
      .when(jump('f'))
      .then([
        'TaskCanceled a',
        'WorkflowJumped',
        'TaskScheduled f',
        'TaskCompleted f',
        'TaskScheduled x',
        'TaskScheduled y',
        'TaskScheduled j',
      ]);
  });

  it('is refused unless the workflow runs, and for a reference that it does not have', () => {
    given(row, [start(), pause]).when(jump('b')).thenRefused('WORKFLOW_NOT_RUNNING');
    given(row, [start()]).when(jump('x')).thenRefused('TASK_NOT_DEFINED');
  });
});

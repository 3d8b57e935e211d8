import { aWorkflow, fork, join, setVariable, simple, subWorkflow, switchOn, tryCatch } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  after,
  childEnds,
  complete,
  fail,
  jump,
  rerun,
  retry,
  setVariables,
  skip,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const row = aWorkflow().withTask(
  simple('a'),
  simple('b', { inputParameters: { x: '${workflow.input.x}' } }),
  simple('c'),
);

describe('A19 RerunWorkflow as a whole', () => {
  it('begins anew with new input and correlation; createTime and variables stay', () => {
    given(row, [start({ x: 1 }), setVariables({ v: 1 }), complete('a'), fail('b'), after(5)])
      .when(rerun(undefined, { input: { x: 2 }, correlationId: 'c' }))
      .then([['WorkflowReran', { run: 1 }], 'TasksRemoved', ['TaskScheduled a', { taskSeq: 1, correlationId: 'c' }]])
      .thenWorkflow({
        input: { x: 2 },
        correlationId: 'c',
        createTime: startOfTime,
        lastRetriedTime: startOfTime + 5000,
        variables: { v: 1 },
        failedReferenceTaskNames: [],
      });
  });

  it('of a completed workflow is allowed, of an open one refused', () => {
    given(row, [start(), complete('a'), complete('b'), complete('c')])
      .when(rerun())
      .then(['WorkflowReran', 'TasksRemoved', 'TaskScheduled a']);
    given(row, [start()])
      .when(rerun())
      .thenRefused('WORKFLOW_OPEN', /\.RUNNING is not in terminal state, unable to rerun\.$/);
  });
});

describe('A19 RerunWorkflow from a task', () => {
  it('removes the task and what came after it, and executes it anew with the input given', () => {
    const specification = given(row, [start({ x: 1 }), complete('a'), complete('b'), complete('c')]);
    const { run } = specification;
    const gone = ['b', 'c'].map((reference) => run.idOf(reference));
    specification
      .when(rerun('b', { taskInput: { y: 2 } }))
      .then(['WorkflowReran', ['TasksRemoved', { taskIds: gone }], ['TaskScheduled b', { input: { y: 2 } }]])
      .when(complete('b'))
      .then(['TaskCompleted b', 'TaskScheduled c']);
    expect(gone).not.toContain(run.idOf('b'));
    specification.when((run) => run.send('CompleteTask', { taskId: gone[0] ?? '' })).thenRefused('TASK_NOT_FOUND');
  });

  it('resolves the input again when none is given', () => {
    given(aWorkflow().withTask(simple('a', { inputParameters: { v: '${workflow.variables.v}' } }), simple('b')), [
      start(),
      complete('a'),
      setVariables({ v: 'late' }),
      fail('b'),
    ])
      .when(rerun('a'))
      .then(['WorkflowReran', 'TasksRemoved', ['TaskScheduled a', { input: { v: 'late' } }]]);
  });

  it('is refused for a task that is not there', () => {
    given(row, [start(), fail('a')])
      .when((run) => run.send('RerunWorkflow', { fromTaskId: 'x' }))
      .thenRefused('REQUEST_INVALID', 'Task x not found');
  });

  it('a superseded attempt stands for the last one of its reference', () => {
    const specification = given(aWorkflow().withTask(simple('a', { retryCount: 1 }), simple('b')), [
      start(),
      fail('a'),
    ]);
    const { run } = specification;
    const [first = ''] = Object.keys(run.live.references);
    complete('a')(run);
    fail('b')(run);
    specification
      .when((run) => run.send('RerunWorkflow', { fromTaskId: first }))
      .then(['WorkflowReran', 'TasksRemoved', ['TaskScheduled a', {}]])
      .thenTask('a', { retryCount: 0 });
  });

  it('operators run at once', () => {
    given(
      aWorkflow().withTask(switchOn('s', '${workflow.input.x}', { x: [simple('a')], y: [simple('b')] }), simple('z')),
      [start({ x: 'x' }), fail('a')],
    )
      .when(rerun('s', { taskInput: { value: 'y' } }))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskScheduled s', 'TaskCompleted s', 'TaskScheduled b']);
    given(aWorkflow().withTask(setVariable('s', { v: 1 }), simple('a')), [start(), fail('a')])
      .when(rerun('s', { taskInput: { v: 2 } }))
      .then([
        'WorkflowReran',
        'TasksRemoved',
        'TaskScheduled s',
        ['VariablesSet s', { variables: { v: 2 } }],
        'TaskCompleted s',
        'TaskScheduled a',
      ]);
  });

  const forked = aWorkflow().withTask(
    fork('f', [simple('x1'), simple('x2')], [simple('y1')]),
    join('j', ['x2', 'y1']),
    simple('z'),
  );

  it('in a fork opens its JOIN again, which counts anew; other branches keep what they have', () => {
    given(forked, [start(), complete('x1'), complete('y1'), complete('x2'), complete('z')])
      .when(rerun('x2'))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskReopened j', 'TaskScheduled x2'])
      .thenTask('j', { waitsFor: 1 })
      .when(complete('x2', { x: 1 }))
      .then(['TaskCompleted x2', ['TaskCompleted j', { output: { x2: { x: 1 } } }], 'TaskScheduled z']);
  });

  it('what came later elsewhere is executed again, and the JOIN comes into being again', () => {
    given(forked, [start(), complete('x1'), complete('y1'), complete('x2'), complete('z')])
      .when(rerun('y1'))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskScheduled y1', 'TaskScheduled x2', 'TaskScheduled j'])
      .thenTask('j', { waitsFor: 2 })
      .thenTask('x1', { status: 'COMPLETED' });
  });

  it('what had failed before it is tried again', () => {
    given(forked, [start(), complete('x1'), fail('y1', 'no')])
      .when(rerun('x2'))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskReopened j', 'TaskScheduled x2', 'RetryScheduled y1'])
      .thenTask('j', { waitsFor: 2 })
      .thenTask('y1', { retryCount: 1, ready: true });
  });

  it('at the FORK executes all branches again', () => {
    given(forked, [start(), complete('x1'), fail('y1')])
      .when(rerun('f'))
      .then([
        'WorkflowReran',
        'TasksRemoved',
        'TaskScheduled f',
        'TaskCompleted f',
        'TaskScheduled x1',
        'TaskScheduled y1',
        'TaskScheduled j',
      ]);
  });

  it('a SUB_WORKFLOW starts a fresh child; beside it others go on, behind it all is executed again', () => {
    const children = aWorkflow().withTask(
      fork('f', [subWorkflow('s', { name: 'child' })], [subWorkflow('t', { name: 'child' })]),
      join('j', ['s', 't']),
      simple('z'),
    );
    const specification = given(children, [
      start(),
      childEnds('s', 'COMPLETED'),
      childEnds('t', 'COMPLETED', { t: 1 }),
      fail('z'),
    ]);
    const child = specification.run.task('s').subWorkflowId;
    specification
      .when(rerun('s', { taskInput: { x: 1 } }))
      .then([
        'WorkflowReran',
        'TasksRemoved',
        ['TaskScheduled s', { input: { workflowInput: { x: 1 } } }],
        ['TaskStarted s', { child: { input: { x: 1 } } }],
        'TaskScheduled j',
      ])
      .thenTask('t', { status: 'COMPLETED' });
    expect(specification.run.task('s').subWorkflowId).not.toBe(child);
  });

  it('the input of a SUB_WORKFLOW task, as it is shown, is taken as a whole', () => {
    given(aWorkflow().withTask(subWorkflow('s', { name: 'child' })), [start(), childEnds('s', 'FAILED')])
      .when(rerun('s', { taskInput: { subWorkflowName: 'other', subWorkflowVersion: 2, workflowInput: { y: 1 } } }))
      .then([
        'WorkflowReran',
        'TasksRemoved',
        'TaskScheduled s',
        ['TaskStarted s', { child: { name: 'other', version: 2, input: { y: 1 } } }],
      ]);
  });

  it('executes a task that was skipped', () => {
    given(row, [start(), skip('b'), complete('a'), terminateWorkflow()])
      .when(rerun('b'))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskScheduled b']);
  });

  it('from a task that was skipped is refused before the workflow has come to it', () => {
    given(row, [start(), skip('b'), fail('a')])
      .when(rerun('b'))
      .then([['CommandRejected', { code: 'REQUEST_INVALID' }]]);
  });

  it('from a task that was skipped, and passed, is executed beside failures that were borne', () => {
    const workflow = aWorkflow().withTask(simple('a', { permissive: true }), simple('b'), simple('c'));
    given(workflow, [start(), skip('b'), fail('a'), complete('c')])
      .when(rerun('b'))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskScheduled b', 'RetryScheduled a']);
  });

  it('I6 what leads to the task stays, also if it was tried again after it', () => {
    const workflow = aWorkflow().withTask(simple('a', { permissive: true }), simple('b'));
    given(workflow, [start(), fail('a'), complete('b'), retry, complete('a')])
      .when(rerun('b'))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskScheduled b'])
      .when(complete('b'))
      .then(['TaskCompleted b', 'WorkflowCompleted']);
  });

  it('I6 in the `try` list of a TRY takes back what its later lists had begun', () => {
    const workflow = aWorkflow().withTask(
      tryCatch('t', { try: [subWorkflow('s', { name: 'child' })], finally: [simple('f')] }),
    );
    given(workflow, [start(), childEnds('s', 'COMPLETED'), fail('f')])
      .when(rerun('s'))
      .then(['WorkflowReran', 'TasksRemoved', 'TaskReopened t', 'BranchEntered t', 'TaskScheduled s', 'TaskStarted s']);
  });

  it('I19 of a JOIN that a jump had passed over brings back the branches that it waits for', () => {
    const workflow = aWorkflow().withTask(fork('f', [simple('a')], [simple('b')]), join('j', ['a', 'b']), simple('z'));
    given(workflow, [start(), complete('b'), jump('z'), complete('z')])
      .when(rerun('j'))
      .then(['WorkflowReran', 'TasksRemoved', 'RetryScheduled a', 'TaskScheduled j'])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskCompleted j', 'TaskScheduled z']);
  });
});

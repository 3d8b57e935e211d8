import { reactions } from '../reactions.js';
import { aWorkflow, fork, join, simple, subWorkflow } from '../testing/definitions.js';
import { Run, startOfTime } from '../testing/run.js';
import { given, type Specification } from '../testing/specification.js';
import {
  after,
  cancel,
  childEnds,
  childRefused,
  childReopened,
  complete,
  fail,
  fireTimerAfter,
  jump,
  pause,
  restart,
  retry,
  retryChildren,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const one = aWorkflow().withTask(subWorkflow('s', { name: 'child', version: 3 }), simple('z'));
const two = aWorkflow().withTask(
  fork('f', [subWorkflow('s', { name: 'child' })], [subWorkflow('t', { name: 'child' })], [simple('a')]),
  join('j', ['s', 't', 'a']),
);

function lastReactions({ run }: Specification): readonly unknown[] {
  const event = run.records.at(-1)?.event;
  return event === undefined ? [] : reactions(event, run.state);
}

describe('A14 a child that was opened again', () => {
  it('opens its parent: the task waits, with a line in its log, and goes on with the next end', () => {
    given(one, [start(), childEnds('s', 'FAILED', {}, 'no'), after(3)])
      .when(childReopened('s', 1))
      .then([
        ['WorkflowReopened', { run: 1 }],
        ['TaskReopened s', { childRun: 1 }],
        ['TaskLogged s', (run) => ({ log: `Sub workflow child.3/${run.task('s').subWorkflowId} retried.` })],
      ])
      .thenWorkflow({ status: 'RUNNING', lastRetriedTime: startOfTime + 3000 })
      .thenTask('s', { status: 'IN_PROGRESS', retryCount: 0 })
      .when(childEnds('s', 'COMPLETED', {}, undefined, 1))
      .then(['TaskCompleted s', 'TaskScheduled z']);
  });

  it('what was cancelled beside it is tried again, a failed child in place, and the JOIN goes on waiting', () => {
    given(two, [start(), childEnds('s', 'FAILED')])
      .when(childReopened('s', 1, 'restarted'))
      .then([
        'WorkflowReopened',
        'TaskReopened s',
        'TaskLogged s',
        'TaskReopened t',
        ['ChildRetryRequested t', { run: 1 }],
        'RetryScheduled a',
        'TaskReopened j',
      ])
      .thenTask('j', { waitsFor: 3 });
  });

  it('opens a parent that had completed', () => {
    given(one, [start(), childEnds('s', 'COMPLETED'), complete('z')])
      .when(childReopened('s', 1, 'reran'))
      .then(['WorkflowReopened', 'TaskReopened s', 'TaskLogged s'])
      .when(childEnds('s', 'COMPLETED', { second: true }, undefined, 1))
      .then(['TaskCompleted s', 'WorkflowCompleted']);
  });

  it('is refused by a parent that has gone on, whose task was optional, was jumped over or has another attempt', () => {
    given(one, [start(), childEnds('s', 'COMPLETED')])
      .when(childReopened('s', 1))
      .thenRefused('TASK_ENDED');
    given(one, [start(), childEnds('s', 'COMPLETED'), pause])
      .when(childReopened('s', 1))
      .thenRefused('TASK_ENDED');
    const optional = aWorkflow().withTask(subWorkflow('s', { name: 'child' }, { optional: true }), simple('z'));
    given(optional, [start(), childEnds('s', 'FAILED'), fail('z')])
      .when(childReopened('s', 1))
      .thenRefused('TASK_ENDED');
    given(one, [start(), jump('z'), fail('z')])
      .when(childReopened('s', 5))
      .thenRefused('TASK_ENDED');
    const specification = given(one, [start(), childEnds('s', 'FAILED')]);
    const { taskId, subWorkflowId = '' } = specification.run.task('s');
    retry(specification.run);
    childEnds('s', 'FAILED')(specification.run);
    specification
      .when((run) =>
        run.send('RecordChildReopened', {
          taskId,
          childWorkflowId: subWorkflowId,
          run: 1,
          chain: 'c',
          operation: 'retried',
        }),
      )
      .thenRefused('TASK_ENDED');
  });

  it('its end opens the parent too, when that comes first; the word of the opening is stale then', () => {
    given(one, [start(), childEnds('s', 'FAILED')])
      .when(childEnds('s', 'COMPLETED', {}, undefined, 1))
      .then(['WorkflowReopened', 'TaskReopened s', 'TaskLogged s', 'TaskCompleted s', 'TaskScheduled z'])
      .when(childReopened('s', 1))
      .then([['ChildTerminationRequested s', { run: 1 }]]);
  });

  it('the end of a run that is dealt with changes nothing', () => {
    given(one, [start(), terminateWorkflow()])
      .when(childEnds('s', 'TERMINATED', {}, undefined, 0))
      .thenRefused('TASK_ENDED');
  });

  it('tells its own parent, with the whole chain', () => {
    const parent = { workflowId: 'top', taskId: 't1' };
    const specification = given(one, [start({}, { parent }), childEnds('s', 'FAILED')]);
    const { run } = specification;
    const first = run.records.length;
    childReopened('s', 1, 'reran')(run);
    const event = run.records[first]?.event;
    const [told] = event === undefined ? [] : reactions(event, run.live);
    expect(told).toMatchObject({
      command: {
        type: 'RecordChildReopened',
        workflowId: 'top',
        data: {
          taskId: 't1',
          run: 1,
          operation: 'reran',
          chain: `wf.1/${run.workflowId} -> child.3/${run.task('s').subWorkflowId}`,
        },
      },
    });
  });

  it.each([
    ['retried', retry],
    ['restarted', restart],
  ] as const)('a child that was %s says so', (operation, step) => {
    const specification = given(aWorkflow().withTask(simple('a')), [
      start({}, { parent: { workflowId: 'top', taskId: 't1' } }),
      fail('a'),
    ]);
    const { run } = specification;
    const first = run.records.length;
    step(run);
    const event = run.records[first]?.event;
    expect(event === undefined ? [] : reactions(event, run.live)).toMatchObject([
      { command: { type: 'RecordChildReopened', data: { operation, run: 1, chain: `wf.1/${run.workflowId}` } } },
    ]);
  });
});

describe('A14 RetryWorkflow with resumeSubworkflowTasks', () => {
  it('keeps the child: the task waits again, the child is asked to go on', () => {
    const specification = given(one, [start(), childEnds('s', 'FAILED')]);
    const child = specification.run.task('s').subWorkflowId;
    specification
      .when(retryChildren)
      .then(['WorkflowRetried', 'TaskReopened s', ['ChildRetryRequested s', { childWorkflowId: child, run: 1 }]]);
    expect(lastReactions(specification)).toMatchObject([
      {
        command: {
          type: 'RetryWorkflow',
          workflowId: child,
          repeatable: true,
          data: { resumeSubworkflowTasks: true, requester: { taskId: specification.run.idOf('s'), run: 1 } },
        },
      },
    ]);
  });

  it('without it a new child is started', () => {
    given(one, [start(), childEnds('s', 'FAILED')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled s', 'TaskStarted s']);
  });

  it('a child that never came into being is started anew', () => {
    given(one, [start(), childRefused('s', 'No such workflow defined.')])
      .when(retryChildren)
      .then(['WorkflowRetried', 'RetryScheduled s', 'TaskStarted s']);
  });

  it('a refusal of the child fails the task', () => {
    given(one, [start(), childEnds('s', 'FAILED'), retryChildren])
      .when((run) => run.send('RecordChildRefusal', { taskId: run.idOf('s'), reason: 'gone', run: 1 }, true))
      .then([['TaskFailed s', { reasonForIncompletion: 'gone' }], 'WorkflowFailed']);
  });

  it('the end of the run before means that the request came too early: it is repeated', () => {
    given(one, [start(), terminateWorkflow(), retryChildren])
      .when(childEnds('s', 'TERMINATED', {}, undefined, 0))
      .then([['ChildRetryRequested s', { run: 1 }]]);
  });

  const requester = { workflowId: 'top', taskId: 't1', run: 1 };
  const asked = (run: Run) => run.send('RetryWorkflow', { resumeSubworkflowTasks: true, requester }, true);
  const child = aWorkflow().withTask(simple('a'));

  it('the child retries as the run that it was asked for', () => {
    given(child, [start(), fail('a')])
      .when((run) => run.send('RetryWorkflow', { requester: { ...requester, run: 3 } }, true))
      .then([['WorkflowRetried', { run: 3 }], 'RetryScheduled a']);
  });

  it('a child that runs says nothing', () => {
    const specification = given(child, [start()]).when(asked).thenRefused('WORKFLOW_NOT_ENDED');
    expect(lastReactions(specification)).toEqual([]);
  });

  it('a child that has completed says so', () => {
    const specification = given(child, [start(), complete('a', { x: 1 })])
      .when(asked)
      .thenRefused('NOTHING_TO_RETRY');
    expect(lastReactions(specification)).toMatchObject([
      {
        command: { type: 'RecordChildEnd', workflowId: 'top', data: { status: 'COMPLETED', output: { x: 1 }, run: 1 } },
      },
    ]);
  });

  it('a child that has had the run tells its end again', () => {
    const specification = given(child, [start(), fail('a'), retry, fail('a')])
      .when(asked)
      .thenRefused('NOTHING_TO_DO');
    expect(lastReactions(specification)).toMatchObject([
      { command: { type: 'RecordChildEnd', data: { status: 'FAILED', run: 1 } } },
    ]);
  });

  it('a child that is not there, or was removed, refuses', () => {
    const specification = given(child).when(asked).thenRefused('WORKFLOW_NOT_FOUND');
    expect(lastReactions(specification)).toMatchObject([
      { command: { type: 'RecordChildRefusal', workflowId: 'top', id: 'command-0:refused', data: { run: 1 } } },
    ]);
    const removed = given(child, [start(), fail('a'), (run) => run.send('RemoveWorkflow', {})]).when(asked);
    expect(lastReactions(removed)).toMatchObject([{ command: { type: 'RecordChildRefusal' } }]);
  });
});

describe('I13 a SUB_WORKFLOW task that ends without its child', () => {
  const ends = [
    ['completed by an update', complete('s', { by: 'hand' }), 'COMPLETED'],
    ['failed by an update', fail('s', 'no'), 'FAILED'],
    ['cancelled by an update', cancel('s'), 'CANCELED'],
  ] as const;
  it.each(ends)('%s leaves no child behind', (_how, step, status) => {
    const specification = given(one, [start()]);
    const { taskId, subWorkflowId } = specification.run.task('s');
    const [ended] = step(specification.run);
    expect(ended === undefined ? [] : reactions(ended.event, specification.run.live)).toEqual([
      {
        kind: 'command',
        command: {
          type: 'TerminateWorkflow',
          version: 1,
          id: expect.any(String),
          workflowId: subWorkflowId,
          repeatable: true,
          data: { run: 0, reason: `Task ${taskId} of the parent workflow has ended with status ${status}` },
        },
      },
    ]);
  });

  it('nor does one that times out', () => {
    const slow = aWorkflow()
      .withTask(subWorkflow('s', { name: 'child' }, { name: 'slow' }))
      .withTaskDef('slow', { timeoutSeconds: 10, timeoutPolicy: 'RETRY', responseTimeoutSeconds: 5 });
    given(slow, [start()])
      .when(fireTimerAfter(10))
      .then(['TimerFired timeout s', ['TaskTimedOut s', { childRun: 0 }], 'WorkflowTimedOut']);
  });

  it('the parent’s word means runs up to the one it knows, and only open ones', () => {
    const child = aWorkflow().withTask(simple('a'));
    given(child, [start(), fail('a')])
      .when(terminateWorkflow('parent', { run: 0 }))
      .thenRefused('NOTHING_TO_DO');
    given(child, [start(), fail('a'), retry])
      .when(terminateWorkflow('parent', { run: 0 }))
      .thenRefused('NOTHING_TO_DO');
    given(child, [start()])
      .when(terminateWorkflow('parent', { run: 0 }))
      .then(['TaskCanceled a', 'WorkflowTerminated']);
  });
});

describe('a child that an operator terminates', () => {
  it('cancels the task, and the parent ends TERMINATED', () => {
    given(one, [start()])
      .when(childEnds('s', 'TERMINATED', {}, 'enough'))
      .then(['TaskCanceled s', 'WorkflowTerminated']);
  });

  it('unless the task is optional, or permissive', () => {
    const fields = [
      [{ optional: true }, ['TaskFailed s', 'TaskScheduled z']],
      [{ permissive: true }, ['TaskCanceled s', 'TaskScheduled z']],
    ] as const;
    for (const [more, events] of fields) {
      const workflow = aWorkflow().withTask(subWorkflow('s', { name: 'child' }, more), simple('z'));
      given(workflow, [start()]).when(childEnds('s', 'TERMINATED')).then(events);
    }
  });
});

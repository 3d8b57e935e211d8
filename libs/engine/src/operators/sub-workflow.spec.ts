import type { CommandData } from '@dacapo/contracts';

import { aWorkflow, fork, join, simple, subWorkflow } from '../testing/definitions.js';
import { workflowId } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  childEnds,
  childRefused,
  fail,
  fireTimerAfter,
  retry,
  start,
  terminateWorkflow,
  theSameAgain,
} from '../testing/steps.js';

const parent = (fields = {}, params: Readonly<Record<string, unknown>> = { name: 'child', version: 3 }) =>
  aWorkflow().withTask(
    subWorkflow('s', params, { inputParameters: { x: '${workflow.input.x}' }, ...fields }),
    simple('z'),
  );

describe('SUB_WORKFLOW', () => {
  it('starts a child that inherits correlation and domains, but no priority', () => {
    given(parent())
      .when(start({ x: 1 }, { correlationId: 'c', priority: 9, taskToDomain: { '*': 'blue' } }))
      .then([
        'WorkflowStarted',
        [
          'TaskScheduled s',
          {
            taskType: 'SUB_WORKFLOW',
            input: { subWorkflowName: 'child', subWorkflowVersion: 3, workflowInput: { x: 1 } },
          },
        ],
        [
          'TaskStarted s',
          {
            subWorkflowId: expect.stringMatching(/^018bcfe5-6800-8/),
            child: {
              name: 'child',
              version: 3,
              input: { x: 1 },
              correlationId: 'c',
              priority: 0,
              taskToDomain: { '*': 'blue' },
            },
          },
        ],
      ])
      .thenTask('s', { status: 'IN_PROGRESS', pollCount: 0 });
  });

  it('takes the latest version at the start of the parent when none is given', () => {
    const { run } = given(parent({}, { name: 'child' }), [start()]);
    expect(run.task('s').input['subWorkflowVersion']).toBe(7);
  });

  it('resolves name, version, domains and priority', () => {
    const params = {
      name: '${workflow.input.n}',
      version: '${workflow.input.v}',
      taskToDomain: { a: '${workflow.input.d}' },
      priority: '${workflow.input.p}',
    };
    given(parent({}, params))
      .when(start({ n: 'other', v: 2, d: 'red', p: 4 }))
      .then([
        'WorkflowStarted',
        'TaskScheduled s',
        ['TaskStarted s', { child: { name: 'other', version: 2, taskToDomain: { a: 'red' }, priority: 4 } }],
      ]);
  });

  it('hands over its whole input when it has no parameters of its own', () => {
    given(parent({ inputParameters: {} }))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled s',
        ['TaskStarted s', { child: { input: { subWorkflowName: 'child', subWorkflowVersion: 3, workflowInput: {} } } }],
      ]);
  });

  it('carries an inline definition with its expressions untouched', () => {
    const workflowDefinition = {
      name: 'inline',
      tasks: [simple('i', { inputParameters: { y: '${workflow.input.y}' } })],
    };
    given(parent({}, { workflowDefinition }))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled s',
        [
          'TaskStarted s',
          {
            child: {
              name: 'inline',
              definition: { name: 'inline', tasks: [{ inputParameters: { y: '${workflow.input.y}' } }] },
            },
          },
        ],
      ]);
  });

  it('without parameters ends the workflow', () => {
    given(
      parent().bent((definition) => ({
        ...definition,
        tasks: definition.tasks.map((it) => ({ ...it, subWorkflowParam: undefined as never })),
      })),
    )
      .when(start())
      .then([
        'WorkflowStarted',
        [
          'WorkflowFailed',
          {
            reason:
              'Task s is defined as sub-workflow and is missing subWorkflowParams. Please check the workflow definition',
          },
        ],
      ]);
  });
});

describe('the end of the child', () => {
  it('completes the task with its output and its id', () => {
    given(parent(), [start()])
      .when(childEnds('s', 'COMPLETED', { y: 2 }))
      .then([
        ['TaskCompleted s', (run) => ({ output: { y: 2, subWorkflowId: run.task('s').subWorkflowId } })],
        'TaskScheduled z',
      ]);
  });

  const ends: readonly (readonly [CommandData<'RecordChildEnd'>['status'], string, string])[] = [
    ['FAILED', 'TaskFailed s', 'WorkflowFailed'],
    ['TIMED_OUT', 'TaskTimedOut s', 'WorkflowTimedOut'],
    ['TERMINATED', 'TaskCanceled s', 'WorkflowTerminated'],
  ];
  it.each(ends)('%s is %s and %s', (status, task, end) => {
    given(parent(), [start()])
      .when(childEnds('s', status, { y: 2 }, 'broken'))
      .then([
        [
          task,
          (run) => ({
            output: { y: 2, subWorkflowId: run.task('s').subWorkflowId },
            reasonForIncompletion: `Sub workflow child.3/${run.task('s').subWorkflowId} failure reason: broken`,
          }),
        ],
        end,
      ]);
  });

  it('I13 reaches the parent once', () => {
    given(parent(), [start(), childEnds('s', 'COMPLETED')])
      .when(theSameAgain)
      .thenRefused('TASK_ENDED');
  });

  it('is forgiven when the task is optional', () => {
    given(parent({ optional: true }), [start()])
      .when(childEnds('s', 'FAILED'))
      .then([['TaskFailed s', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled z']);
  });
});

describe('a child that cannot be started', () => {
  it('fails the task with the reason', () => {
    given(parent(), [start()])
      .when(childRefused('s', 'No such workflow defined. name=child, version=3'))
      .then([
        [
          'TaskFailed s',
          { status: 'FAILED', reasonForIncompletion: 'No such workflow defined. name=child, version=3' },
        ],
        'WorkflowFailed',
      ]);
  });
});

describe('a retried SUB_WORKFLOW', () => {
  const workflow = parent({ retryCount: 1 }).withTaskDef('s', { retryDelaySeconds: 10 });

  it('I13 starts a new child after the back-off', () => {
    const specification = given(workflow, [start()]);
    const first = specification.run.task('s').subWorkflowId;
    specification
      .when(childEnds('s', 'FAILED'))
      .then([
        'TaskFailed s',
        ['RetryScheduled s', (run) => ({ delaySeconds: 10, timers: { start: run.now + 10_000 } })],
      ])
      .when(fireTimerAfter(9))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(1))
      .then(['TimerFired start s', 'TaskStarted s']);
    expect(specification.run.task('s').subWorkflowId).not.toBe(first);
  });

  it('has no child to terminate while it waits', () => {
    const { run } = given(workflow, [start(), childEnds('s', 'FAILED')]).when(terminateWorkflow('enough'));
    expect(run.records.at(-2)?.event.data).not.toHaveProperty('subWorkflowId');
  });

  it('by an operator starts a new child at once', () => {
    given(parent(), [start(), childEnds('s', 'FAILED')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled s', 'TaskStarted s']);
  });
});

describe('the end of the parent', () => {
  const workflow = aWorkflow().withTask(
    fork('f', [subWorkflow('s', { name: 'child' })], [simple('a')]),
    join('j', ['s', 'a']),
  );

  it('I13 terminates the child, and says why', () => {
    given(workflow, [start()])
      .when(terminateWorkflow('enough'))
      .then([
        [
          'TaskCanceled s',
          (run) => ({
            subWorkflowId: run.task('s').subWorkflowId,
            childTermination: 'Parent workflow has been terminated with reason: enough',
          }),
        ],
        'TaskCanceled a',
        'TaskCanceled j',
        'WorkflowTerminated',
      ]);
  });

  it('says the status when there is no reason', () => {
    given(workflow, [start()])
      .when(terminateWorkflow())
      .then([
        ['TaskCanceled s', { childTermination: 'Parent workflow has been terminated with status TERMINATED' }],
        'TaskCanceled a',
        'TaskCanceled j',
        'WorkflowTerminated',
      ]);
  });

  it('makes the child of each attempt another workflow', () => {
    const { run } = given(workflow, [start(), fail('a'), retry]);
    const children = run.records.flatMap(({ event }) =>
      event.type === 'TaskStarted' ? (event.data.subWorkflowId ?? []) : [],
    );
    expect(new Set(children).size).toBe(2);
    expect(children).not.toContain(workflowId);
  });

  it('ends a workflow that starts itself for ever', () => {
    const below = (depth: number) => start({}, { parent: { workflowId: 'above', taskId: 't', depth } });
    given(parent()).when(below(999)).then(['WorkflowStarted', 'TaskScheduled s', 'TaskStarted s']);
    given(parent())
      .when(below(1000))
      .then([
        'WorkflowStarted',
        'TaskScheduled s',
        [
          'TaskFailed s',
          {
            status: 'FAILED_WITH_TERMINAL_ERROR',
            reasonForIncompletion: 'Sub workflow child is not started: there are 1000 workflows above it already',
          },
        ],
        'WorkflowFailed',
      ]);
  });
});

describe('the priority of a child', () => {
  it.each<[given: unknown, priority: number]>([
    [undefined, 0],
    [7, 7],
    ['7', 7],
    ['${workflow.input.urgency}', 12],
    ['${workflow.input.none}', 0],
    ['urgent', 0],
    [-5, 0],
    [1000, 99],
    ['${workflow.input.half}', 0],
  ])('%j gives %j', (priority, expected) => {
    const params = { name: 'child', version: 1, ...(priority === undefined ? {} : { priority }) };
    const { run } = given(parent({}, params), [start({ urgency: 12, half: 2.5 }, { priority: 50 })]);
    const started = run.records.find(({ event }) => event.type === 'TaskStarted')?.event.data;
    expect(started).toMatchObject({ child: { priority: expected } });
  });
});

import { aWorkflow, simple, task } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { claim, complete, parkPoll, start } from '../testing/steps.js';

describe('SIMPLE', () => {
  it('is queued under its name, with its input resolved', () => {
    given(
      aWorkflow().withTask(simple('a', { name: 'charge', inputParameters: { amount: '${workflow.input.amount}' } })),
    )
      .when(start({ amount: 7 }, { correlationId: 'c1', priority: 5 }))
      .then([
        'WorkflowStarted',
        [
          'TaskScheduled a',
          {
            taskType: 'charge',
            taskDefName: 'charge',
            queue: 'charge',
            taskSeq: 1,
            input: { amount: 7 },
            workflowType: 'wf',
            correlationId: 'c1',
            workflowPriority: 5,
          },
        ],
      ])
      .thenTask('a', { status: 'SCHEDULED', ready: true });
  });

  it('hands its output to the task behind it, and the last output to the workflow', () => {
    const workflow = aWorkflow().withTask(simple('a'), simple('b', { inputParameters: { x: '${a.output.x}' } }));
    given(workflow, [start(), claim('a')])
      .when(complete('a', { x: 1 }))
      .then(['TaskCompleted a', ['TaskScheduled b', { input: { x: 1 } }]])
      .when(complete('b', { y: 2 }))
      .then(['TaskCompleted b', ['WorkflowCompleted', { output: { y: 2 } }]]);
  });

  it('knows its own id in its input', () => {
    given(aWorkflow().withTask(simple('a', { inputParameters: { me: '${CPEWF_TASK_ID}' } })))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled a', (run) => ({ input: { me: run.idOf('a') } })]]);
  });

  it('fills what is absent or null from the input template of its definition', () => {
    const workflow = aWorkflow()
      .withTask(simple('a', { inputParameters: { x: '${workflow.input.none}', y: 1 } }))
      .withTaskDef('a', { inputTemplate: { x: 'from template', y: 'not used', z: 'too' } });
    given(workflow)
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled a', { input: { x: 'from template', y: 1, z: 'too' } }]]);
  });

  it('begins later when it has a start delay', () => {
    given(aWorkflow().withTask(simple('a', { startDelay: 5 })))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled a', (run) => ({ delaySeconds: 5, timers: { offer: run.now + 5000 } })]])
      .thenTask('a', { ready: false });
  });
});

describe('a type that nobody knows', () => {
  it('is queued under its type', () => {
    given(aWorkflow().withTask(task('ROBOT', 'a', { name: 'arm' })))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled a', { taskType: 'ROBOT', queue: 'ROBOT', taskDefName: 'arm' }]]);
  });
});

describe('domains', () => {
  it.each([
    ['the entry of the type', { a: 'blue', '*': 'red' }, 'blue'],
    ['the entry for all', { '*': 'red' }, 'red'],
    ['the last of a list', { a: 'green, blue' }, 'blue'],
    ['none for NO_DOMAIN', { a: 'blue,NO_DOMAIN', '*': 'red' }, undefined],
    ['none without an entry', { b: 'blue' }, undefined],
  ])('take %s', (_what, taskToDomain, domain) => {
    const { run } = given(aWorkflow().withTask(simple('a')), [start({}, { taskToDomain })]);
    expect(run.task('a').domain).toBe(domain);
  });
});

describe('a parked poll', () => {
  const workflow = aWorkflow().withTask(simple('a'), simple('b'));

  it('gets the task in the decision that schedules it', () => {
    given(workflow, [parkPoll('a', 'w1')])
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled a', ['TaskStarted a', { workerId: 'w1', pollId: 'poll-w1' }]])
      .thenTask('a', { status: 'IN_PROGRESS', workerId: 'w1', pollCount: 1, ready: false });
  });

  it('stands in the command, so that the decision can be made again', () => {
    const { run } = given(workflow, [parkPoll('a', 'w1'), start()]);
    expect(run.commands[0]?.grants).toEqual([{ taskType: 'a', workerId: 'w1', pollId: 'poll-w1' }]);
  });

  it('of another type or domain stays parked', () => {
    given(workflow, [parkPoll('x'), parkPoll('a', 'w1', 'blue')])
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled a']);
  });

  it('gets one task only', () => {
    given(workflow, [parkPoll('a'), start()])
      .when(complete('a'))
      .then(['TaskCompleted a', 'TaskScheduled b']);
  });

  it('does not get a task that goes to Kafka', () => {
    given(aWorkflow().withTask(simple('a')).withTaskDef('a', { delivery: 'kafka' }), [parkPoll('a')])
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled a', { delivery: 'kafka' }]]);
  });
});

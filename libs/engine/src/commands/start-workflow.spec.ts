import { aWorkflow, fork, join, simple, switchOn, task } from '../testing/definitions.js';
import { Run, startOfTime, workflowId } from '../testing/run.js';
import { given } from '../testing/specification.js';
import { start, theSameAgain } from '../testing/steps.js';

describe('StartWorkflow', () => {
  const workflow = aWorkflow('order').withTask(simple('a'));

  it('opens the workflow and schedules its first task', () => {
    given(workflow)
      .when(start({ x: 1 }, { correlationId: 'c', priority: 3, event: 'e', parent: { workflowId: 'p', taskId: 't' } }))
      .then([
        [
          'WorkflowStarted',
          {
            name: 'order',
            version: 1,
            input: { x: 1 },
            correlationId: 'c',
            priority: 3,
            event: 'e',
            parent: { workflowId: 'p', taskId: 't' },
          },
        ],
        'TaskScheduled a',
      ])
      .thenWorkflow({ status: 'RUNNING', createTime: startOfTime, run: 0, lastRetriedTime: 0 });
  });

  it('is refused when the workflow exists', () => {
    given(workflow, [start()])
      .when(start())
      .thenRefused('WORKFLOW_ALREADY_EXISTS', `Workflow with id ${workflowId} already exists!`)
      .when(theSameAgain)
      .thenRefused('WORKFLOW_ALREADY_EXISTS');
  });

  it('I2 is refused outside of every workflow when nobody knows the definition', () => {
    const run = new Run(workflow.flow());
    const [record, ...others] = run.send('StartWorkflow', { definition: 'unknown', name: 'x', version: 1, input: {} });
    expect(record?.event).toMatchObject({ type: 'CommandRejected', seq: 0, data: { code: 'DEFINITION_NOT_FOUND' } });
    expect(others).toEqual([]);
    expect(run.state).toBeUndefined();
  });

  it('fills absent input from the template, but leaves an empty input empty', () => {
    const withTemplate = workflow.with({ inputTemplate: { x: 1, y: 2 } });
    given(withTemplate)
      .when(start({ x: 5 }))
      .then([['WorkflowStarted', { input: { x: 5, y: 2 } }], 'TaskScheduled a']);
    expect(given(withTemplate, [start({})]).run.live.input).toEqual({});
  });

  it('sets the timer of the workflow', () => {
    given(workflow.with({ timeoutSeconds: 60 }))
      .when(start())
      .then([['WorkflowStarted', { timers: { workflow: startOfTime + 60_000 } }], 'TaskScheduled a']);
  });

  it('completes at once when nothing is to be done', () => {
    given(
      aWorkflow()
        .withTask(simple('a'))
        .bent((definition) => ({ ...definition, tasks: [] })),
    )
      .when(start())
      .then(['WorkflowStarted', ['WorkflowCompleted', { reason: 'No tasks found to be executed', output: {} }]]);
  });

  it('runs operators in the same breath', () => {
    given(aWorkflow().withTask(switchOn('s', 'x', { x: [] })))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled s',
        'TaskCompleted s',
        ['WorkflowCompleted', { output: { selectedCase: 'x' } }],
      ]);
  });

  it('ends the workflow when the input of a task cannot be resolved', () => {
    const path = `\${workflow.input.${'a'.repeat(20)}}`;
    const big = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, path]));
    const run = new Run(
      aWorkflow()
        .withTask(simple('a', { inputParameters: big }))
        .flow(),
    );
    start({ ['a'.repeat(20)]: 'x'.repeat(4_000_000) })(run);
    expect(run.live.status).toBe('FAILED');
    expect(run.live.reason).toMatch(/^Input of task a cannot be resolved: /);
  });
});

describe('a command for a workflow that never was', () => {
  it('I2 is refused outside of every workflow, and keeps its id when it may come again', () => {
    const run = new Run(aWorkflow().withTask(simple('a')).flow());
    const [first] = run.send('TerminateWorkflow', {}, true);
    expect(first?.event).toMatchObject({
      seq: 0,
      commandId: 'command-0',
      repeatable: true,
      data: { code: 'WORKFLOW_NOT_FOUND', message: `No such workflow found by id: ${workflowId}` },
    });
    expect(run.send('PauseWorkflow', {})[0]?.event).not.toHaveProperty('repeatable');
  });
});

describe('I6', () => {
  it('schedules nothing that is not led to', () => {
    const { run } = given(
      aWorkflow().withTask(
        switchOn('s', 'x', { x: [simple('a')], y: [fork('f', [simple('b')]), join('j', ['b'])] }),
        task('ROBOT', 'r'),
      ),
      [start()],
    );
    expect(Object.keys(run.live.tasks)).toEqual(['s', 'a']);
  });
});

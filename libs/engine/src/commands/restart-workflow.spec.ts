import { aWorkflow, setVariable, simple } from '../testing/definitions.js';
import { Run, startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import { after, complete, fail, restart, start, terminateWorkflow } from '../testing/steps.js';

const workflow = aWorkflow()
  .with({ variables: { v: 'first' } })
  .withTask(setVariable('s', { v: 'changed' }), simple('a'), simple('b'));

describe('A18 RestartWorkflow', () => {
  it('begins anew under the same id: input kept, output, times, reason and failed names cleared', () => {
    const { run } = given(workflow, [start({ x: 1 }), complete('a'), fail('b', 'no'), after(5)])
      .when(restart)
      .then([
        ['WorkflowRestarted', { run: 1, variables: { v: 'first' } }],
        'TasksRemoved',
        ['TaskScheduled s', { taskSeq: 1 }],
        'VariablesSet s',
        'TaskCompleted s',
        'TaskScheduled a',
      ])
      .thenWorkflow({
        status: 'RUNNING',
        input: { x: 1 },
        output: {},
        createTime: startOfTime + 5000,
        lastRetriedTime: 0,
        failedReferenceTaskNames: [],
      });
    expect(run.live).not.toHaveProperty('reason');
  });

  it('takes every attempt out of the view, and no id comes back', () => {
    const { run } = given(workflow, [start(), complete('a'), fail('b')]);
    const before = Object.keys(run.live.references);
    given(workflow);
    const [, removed] = restart(run);
    expect(removed?.event.data).toEqual({ taskIds: before });
    expect(Object.keys(run.live.references).filter((id) => before.includes(id))).toEqual([]);
  });

  it('variables have the values of the definition again', () => {
    given(
      aWorkflow()
        .with({ variables: { v: 1 } })
        .withTask(simple('a')),
      [start(), (run) => run.send('SetVariables', { variables: { v: 2, w: 3 } }), fail('a')],
    )
      .when(restart)
      .then(['WorkflowRestarted', 'TasksRemoved', 'TaskScheduled a'])
      .thenWorkflow({ variables: { v: 1 } });
  });

  it('runs on the latest definition when that is given', () => {
    const latest = aWorkflow().with({ version: 2 }).withTask(simple('new')).flow();
    const run = new Run(workflow.flow(), { flows: [latest] });
    for (const step of [start(), fail('a')]) step(run);
    run.send('RestartWorkflow', { definition: latest.digest, version: 2 });
    expect(run.live).toMatchObject({ definition: latest.digest, version: 2, variables: {} });
    expect(Object.keys(run.live.open)).toEqual(['new']);
  });

  it('is refused for a definition that nobody knows', () => {
    given(workflow, [start(), fail('a')])
      .when((run) => run.send('RestartWorkflow', { definition: 'nowhere' }))
      .thenRefused('DEFINITION_NOT_FOUND');
  });

  it('is refused while the workflow is open', () => {
    given(workflow, [start()])
      .when(restart)
      .thenRefused('WORKFLOW_OPEN', /^Workflow: wf\.1\/.*\.RUNNING is not in terminal state, unable to restart\.$/);
  });

  it('restartable = false forbids it for completed runs only', () => {
    const once = aWorkflow().with({ restartable: false }).withTask(simple('a'));
    given(once, [start(), complete('a')])
      .when(restart)
      .thenRefused('WORKFLOW_NOT_RESTARTABLE', /^Workflow: wf\.1\/.*\.COMPLETED is non-restartable$/);
    given(once, [start(), fail('a')])
      .when(restart)
      .then(['WorkflowRestarted', 'TasksRemoved', 'TaskScheduled a']);
  });

  it('a result for a task of an earlier run is refused', () => {
    const specification = given(aWorkflow().withTask(simple('a')), [start(), terminateWorkflow()]);
    const taskId = specification.run.idOf('a');
    restart(specification.run);
    specification.when((run) => run.send('CompleteTask', { taskId })).thenRefused('TASK_NOT_FOUND');
  });
});

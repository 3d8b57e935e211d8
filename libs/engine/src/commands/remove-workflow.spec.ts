import { aWorkflow, simple, subWorkflow } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { claim, complete, remove, restart, retry, start, terminateWorkflow } from '../testing/steps.js';

const workflow = aWorkflow().withTask(simple('a'));

describe('RemoveWorkflow', () => {
  it('takes the workflow and its tasks out of the view', () => {
    given(workflow, [start(), complete('a')])
      .when(remove())
      .then([
        ['TasksRemoved', {}],
        ['WorkflowRemoved', { archived: false }],
      ])
      .thenWorkflow({ isRemoved: true });
  });

  it('an archived one keeps its tasks for who reads it as a whole', () => {
    given(workflow, [start(), complete('a')])
      .when(remove({ archive: true }))
      .then([['WorkflowRemoved', { archived: true }]]);
  });

  it('an open one cannot be archived', () => {
    given(workflow, [start()])
      .when(remove({ archive: true }))
      .thenRefused(
        'WORKFLOW_NOT_ARCHIVABLE',
        (run) => `Cannot archive workflow: ${run.workflowId} with status: RUNNING`,
      );
  });

  it('an open one is terminated first: nobody works on what nobody can see', () => {
    given(
      aWorkflow()
        .with({ failureWorkflow: 'f' })
        .withTask(subWorkflow('s', { name: 'child' })),
      [start()],
    )
      .when(remove())
      .then([
        'TaskCanceled s',
        ['WorkflowTerminated', { reason: 'Workflow is removed' }],
        'TasksRemoved',
        'WorkflowRemoved',
      ]);
  });

  it('then there is no such workflow for anybody; its id is not free', () => {
    const history = [start(), claim('a'), terminateWorkflow(), remove({ archive: true })];
    for (const step of [complete('a'), retry, restart, remove(), terminateWorkflow()]) {
      given(workflow, history)
        .when(step)
        .thenRefused('WORKFLOW_NOT_FOUND', (run) => `No such workflow found by id: ${run.workflowId}`);
    }
    given(workflow, history).when(start()).thenRefused('WORKFLOW_ALREADY_EXISTS');
  });
});

import { aTask, aWorkflow } from '@dacapo/ports-testing';

import { rerunTarget } from './rerun-target.js';

describe('rerunTarget', () => {
  const workflows = new Map(
    [
      aWorkflow('top'),
      aWorkflow('middle', { parent: { workflowId: 'top', taskId: 't1' } }),
      aWorkflow('leaf', { parent: { workflowId: 'middle', taskId: 't2' } }),
      aWorkflow('round', { parent: { workflowId: 'round', taskId: 't5' } }),
    ].map((workflow) => [workflow.workflowId, workflow]),
  );
  const tasks = new Map(
    [aTask('t1', 'top'), aTask('t2', 'middle'), aTask('t3', 'leaf'), aTask('t5', 'round')].map((task) => [
      task.taskId,
      task,
    ]),
  );
  const views = {
    task: (taskId: string) => Promise.resolve(tasks.get(taskId)),
    workflow: (workflowId: string) => Promise.resolve(workflows.get(workflowId)),
  };

  it('A19 finds the task in the workflow, and in its sub-workflows at any depth', async () => {
    expect(await rerunTarget(views, 'top', 't1')).toBe('top');
    expect(await rerunTarget(views, 'top', 't2')).toBe('middle');
    expect(await rerunTarget(views, 'top', 't3')).toBe('leaf');
  });

  it('not in its parents, in others, or nowhere', async () => {
    expect(await rerunTarget(views, 'middle', 't1')).toBeUndefined();
    expect(await rerunTarget(views, 'top', 't5')).toBeUndefined();
    expect(await rerunTarget(views, 'top', 't9')).toBeUndefined();
  });
});

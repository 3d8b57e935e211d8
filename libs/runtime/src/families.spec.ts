/** Parents and children over real lanes: what one is told of the other arrives, and so do refusals. */
import { aTaskDef, aWorkflowDef, simple, subWorkflow } from './testing/definitions.js';
import { House } from './testing/house.js';

describe('A14 parents and children', () => {
  let house: House;
  let parent: string;
  let child: string;

  beforeEach(async () => {
    house = await House.open({ partitionCount: 2 });
    await house.start();
    await house.define([aWorkflowDef('leaf', [simple('a')])], [aTaskDef('a')]);
    parent = await house.begin(await house.define([aWorkflowDef('wf', [subWorkflow('s', 'leaf'), simple('z')])]));
    child = (await house.event(parent, 'TaskStarted')).data.subWorkflowId ?? '';
    await house.event(child, 'WorkflowStarted');
  });

  afterEach(() => house.close());

  const failChild = (): Promise<unknown> =>
    house.ask('FailTask', child, { taskId: house.taskId(child, 'a'), reasonForIncompletion: 'no' });

  it('a retry with resumeSubworkflowTasks goes down into the child, and its end comes back', async () => {
    await failChild();
    await house.event(parent, 'WorkflowFailed');
    await house.ask('RetryWorkflow', parent, { resumeSubworkflowTasks: true });
    expect((await house.event(child, 'WorkflowRetried')).data.run).toBe(1);
    await house.event(child, 'RetryScheduled');
    await house.complete(child, 'a', { ok: true });
    const { data } = await house.event(parent, 'TaskCompleted');
    expect(data).toMatchObject({ output: { ok: true, subWorkflowId: child }, childRun: 1 });
    expect(house.stateOf(parent)).toMatchObject({ status: 'RUNNING', run: 1 });
    for (const id of [parent, child]) expect(await house.verify(id)).toMatchObject({ valid: true, violations: [] });
  });

  it('a child that is restarted opens its parent, with a line in the log of the task', async () => {
    await failChild();
    await house.event(parent, 'WorkflowFailed');
    await house.ask('RestartWorkflow', child, {});
    await house.event(parent, 'WorkflowReopened');
    const { data } = await house.event(parent, 'TaskLogged');
    expect(data.log).toBe(`Sub workflow leaf.1/${child} restarted.`);
    expect(await house.verify(parent)).toMatchObject({ valid: true, violations: [] });
  });

  it('I13 a task that is completed by hand leaves no child behind', async () => {
    await house.ask('CompleteTask', parent, { taskId: house.taskId(parent, 's'), output: { by: 'hand' } });
    await house.event(child, 'WorkflowTerminated');
    await house.event(parent, 'CommandRejected');
    expect(house.stateOf(parent)).toMatchObject({ status: 'RUNNING' });
  });

  it('a child that was removed says that it cannot go on', async () => {
    await failChild();
    await house.event(parent, 'WorkflowFailed');
    await house.ask('RemoveWorkflow', child, {});
    await house.ask('RetryWorkflow', parent, { resumeSubworkflowTasks: true });
    await house.event(parent, 'WorkflowFailed', 2);
    expect(house.stateOf(parent).tasks['s']?.reason).toBe(`No such workflow found by id: ${child}`);
  });

  it('so does one that never was', async () => {
    const requester = { workflowId: parent, taskId: house.taskId(parent, 's'), run: 0 };
    const nobody = house.workflowId(1);
    await house.ask('RetryWorkflow', nobody, { requester });
    const { data } = await house.event(parent, 'TaskFailed');
    expect(data).toMatchObject({ noChild: true, reasonForIncompletion: `No such workflow found by id: ${nobody}` });
  });

  it('what was told before a crash is told again after it, and has its effect once', async () => {
    await failChild();
    await house.event(parent, 'WorkflowFailed');
    await house.ask('RetryWorkflow', parent, { resumeSubworkflowTasks: true });
    await house.event(child, 'RetryScheduled');
    await house.die();
    await house.start();
    await house.complete(child, 'a');
    await house.event(parent, 'TaskCompleted');
    expect(house.typesOf(child).filter((type) => type === 'WorkflowRetried')).toHaveLength(1);
    for (const id of [parent, child]) expect(await house.verify(id)).toMatchObject({ valid: true, violations: [] });
  });
});

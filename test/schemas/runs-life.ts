/** What operators do to workflows, and what parents and children tell each other of it. */
import type { Engine } from './engine.js';

const simple = (reference: string): object => ({ name: reference, taskReferenceName: reference, type: 'SIMPLE' });
const define = (engine: Engine, name: string, tasks: readonly object[]): Promise<void> =>
  engine.define(
    { name, version: 1, schemaVersion: 2, tasks },
    ['one', 'two', 'three'].map((task) => ({ name: task, retryCount: 0, responseTimeoutSeconds: 600 })),
  );

/** Variables, callbacks, a skip, a jump, reruns, a restart, and at last nobody sees it any more. */
export async function operated(engine: Engine): Promise<void> {
  await define(engine, 'operated', [simple('one'), simple('two'), simple('three')]);
  const id = await engine.begin('operated', { correlationId: 'c' });
  await engine.tell('SetVariables', id, { variables: { stage: 1 } });
  await engine.tell('ProgressTask', id, { taskId: await engine.task(id, 'one'), callbackAfterSeconds: 60 });
  await engine.tell('ResetCallbacks', id, {});
  await engine.tell('SkipTask', id, { referenceTaskName: 'two', input: { i: 1 }, output: { o: 1 } });
  await engine.tell('JumpToTask', id, { referenceTaskName: 'three', input: { by: 'jump' } });
  await engine.last('WorkflowJumped', id);
  await engine.tell('CompleteTask', id, { taskId: await engine.task(id, 'three') });
  await engine.tell('RerunWorkflow', id, { fromTaskId: await engine.task(id, 'three'), taskInput: { x: 1 } });
  await engine.tell('TerminateWorkflow', id, { reason: 'again', triggerFailureWorkflow: true });
  await engine.tell('RerunWorkflow', id, { input: { x: 2 }, correlationId: 'd' });
  await engine.tell('TerminateWorkflow', id, {});
  await engine.tell('RestartWorkflow', id, {});
  await engine.tell('TerminateWorkflow', id, {});
  await engine.tell('RemoveWorkflow', id, { archive: true });
  await engine.last('WorkflowRemoved', id);
}

/** A parent that asks its failed child to go on; a child that is retried by itself; one that is opened for a task that is over. */
export async function family(engine: Engine): Promise<void> {
  await define(engine, 'family_child', [simple('one')]);
  const sub = {
    name: 'child',
    taskReferenceName: 'child',
    type: 'SUB_WORKFLOW',
    subWorkflowParam: { name: 'family_child', version: 1 },
  };
  await define(engine, 'family', [sub]);
  const id = await engine.begin('family');
  const child = (await engine.last('TaskStarted', id)).data.subWorkflowId ?? '';
  const taskId = await engine.task(id, 'child');
  await engine.last('WorkflowStarted', child);
  const fail = async (): Promise<void> => {
    await engine.tell('FailTask', child, { taskId: await engine.task(child, 'one'), terminal: true });
  };
  await fail();
  await engine.last('WorkflowFailed', id);
  await engine.tell('RetryWorkflow', id, { resumeSubworkflowTasks: true });
  await engine.last('ChildRetryRequested', id);
  await engine.last('WorkflowRetried', child);
  await fail();
  await engine.last('WorkflowFailed', child);
  await engine.told('WorkflowFailed', id, 2);
  await engine.tell('RestartWorkflow', child, {});
  await engine.last('WorkflowReopened', id);
  const late = { taskId, childWorkflowId: child, run: 0, chain: 'family_child.1/x', operation: 'retried' } as const;
  await engine.tell('TerminateWorkflow', id, {});
  await engine.tell('RecordChildReopened', id, late);
  await engine.last('ChildTerminationRequested', id);
  await engine.tell('RetryWorkflow', 'nobody', { requester: { workflowId: id, taskId, run: 9 } });
}

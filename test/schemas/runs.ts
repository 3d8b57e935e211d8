/** Small workflows that between them take every command and leave every event. */
import { orderInput, orderTaskDefs, orderWorkflowDef } from '@dacapo/examples';

import type { Engine } from './engine.js';

const simple = (reference: string, fields: object = {}): object => ({
  name: reference,
  taskReferenceName: reference,
  type: 'SIMPLE',
  ...fields,
});

const workflowDef = (name: string, tasks: readonly object[], fields: object = {}): object => ({
  name,
  version: 1,
  schemaVersion: 2,
  tasks,
  ...fields,
});

const workerId = 'worker-1';

/** The example: a failed charge, a fork whose branches are handed to parked polls, a WAIT, a SWITCH. */
export async function order(engine: Engine): Promise<void> {
  await engine.define(orderWorkflowDef, orderTaskDefs('poll'));
  engine.park('reserve_stock');
  const id = await engine.begin('order', { input: orderInput('o-1'), correlationId: 'c-1', priority: 5, event: 'e' });
  const first = await engine.task(id, 'charge');
  await engine.tell('ClaimTask', id, { taskId: first, workerId });
  await engine.tell('FailTask', id, {
    taskId: first,
    workerId,
    reasonForIncompletion: 'no answer',
    logs: [{ log: 'tried', createdTime: 1 }],
  });
  engine.advance(1000);
  const { taskId } = (await engine.last('TaskOffered', id)).data;
  await engine.tell('ClaimTask', id, { taskId, workerId });
  await engine.tell('CompleteTask', id, { taskId, workerId, output: { receipt: 'r' } });
  for (const reference of ['reserve', 'notify'])
    await engine.tell('CompleteTask', id, { taskId: await engine.task(id, reference), output: { from: reference } });
  engine.advance(1000);
  await engine.last('TimerFired', id);
  await engine.tell('CompleteTask', id, { taskId: await engine.task(id, 'ship') });
  await engine.last('WorkflowCompleted', id);
}

/** What a worker may do beside ending its task, and what an operator may do. */
export async function control(engine: Engine): Promise<void> {
  await engine.define(workflowDef('control', [simple('long')], { timeoutSeconds: 3600, timeoutPolicy: 'ALERT_ONLY' }), [
    { name: 'long', responseTimeoutSeconds: 600, pollTimeoutSeconds: 7200, retryCount: 0 },
  ]);
  const id = await engine.begin('control', { taskToDomain: { '*': 'blue' } });
  const taskId = await engine.task(id, 'long');
  await engine.tell('PauseWorkflow', id, {});
  await engine.tell('ResumeWorkflow', id, {});
  await engine.tell('ClaimTask', id, { taskId, workerId });
  await engine.tell('ExtendTaskLease', id, { taskId });
  await engine.tell('LogTask', id, { taskId, log: 'half way' });
  await engine.tell('ProgressTask', id, { taskId, callbackAfterSeconds: 30, output: { done: 0.5 } });
  engine.advance(3_600_000);
  await engine.last('TimeoutAlerted', id);
  await engine.tell('CancelTask', id, { taskId, reasonForIncompletion: 'not needed' });
  await engine.last('WorkflowTerminated', id);
  await engine.tell('PauseWorkflow', id, {});
  await engine.tell('PauseWorkflow', 'nobody', {});
}

/** Variables, a task for Kafka workers, and an operator who has seen enough. */
export async function terminated(engine: Engine): Promise<void> {
  const set = {
    name: 'set',
    taskReferenceName: 'set',
    type: 'SET_VARIABLE',
    inputParameters: { stage: '${workflow.input.stage}' },
  };
  await engine.define(workflowDef('terminated', [set, simple('by_topic')]), [
    { name: 'by_topic', delivery: 'kafka', responseTimeoutSeconds: 60 },
  ]);
  const id = await engine.begin('terminated', { input: { stage: 'first' } });
  await engine.last('VariablesSet', id);
  await engine.tell('StartTask', id, { taskId: await engine.task(id, 'by_topic'), workerId });
  await engine.tell('TerminateWorkflow', id, { reason: 'seen enough' });
}

/** A signal goes down into a child, whose end comes back; another child dies with its parent. */
export async function children(engine: Engine): Promise<void> {
  const sub = (reference: string): object => ({
    name: reference,
    taskReferenceName: reference,
    type: 'SUB_WORKFLOW',
    subWorkflowParam: { name: 'child', version: 1 },
  });
  await engine.define(workflowDef('child', [{ name: 'wait', taskReferenceName: 'wait', type: 'WAIT' }]));
  await engine.define(workflowDef('parent', [sub('first'), sub('second')]));
  const id = await engine.begin('parent', { correlationId: 'family' });
  const first = (await engine.last('TaskStarted', id)).data.subWorkflowId ?? '';
  await engine.last('WorkflowStarted', first);
  await engine.tell('SignalWorkflow', id, { status: 'COMPLETED', output: { go: true } });
  await engine.last('WorkflowCompleted', first);
  await engine.task(id, 'second');
  const second = (await engine.last('TaskStarted', id)).data.subWorkflowId ?? '';
  await engine.last('WorkflowStarted', second);
  await engine.tell('TerminateWorkflow', id, { reason: 'no more' });
  await engine.last('WorkflowTerminated', second);
}

/** Neither the child nor the failure workflow exists. */
export async function refusals(engine: Engine): Promise<void> {
  const missing = {
    name: 'missing',
    taskReferenceName: 'missing',
    type: 'SUB_WORKFLOW',
    subWorkflowParam: { name: 'nowhere', version: 1 },
  };
  await engine.define(workflowDef('refused', [missing], { failureWorkflow: 'nowhere_too' }));
  const id = await engine.begin('refused', { correlationId: 'c-2', taskToDomain: { '*': 'blue' } });
  await engine.last('WorkflowFailed', id);
  await engine.last('FailureWorkflowRefused', id);
}

/** A worker that never answers, and a workflow that is opened again: the JOIN goes on waiting where it was. */
export async function timeoutAndRetry(engine: Engine): Promise<void> {
  const fork = {
    name: 'fork',
    taskReferenceName: 'fork',
    type: 'FORK_JOIN',
    forkTasks: [[simple('left')], [simple('right')]],
  };
  const join = { name: 'join', taskReferenceName: 'join', type: 'JOIN', joinOn: ['left', 'right'] };
  await engine.define(workflowDef('retried', [fork, join], { timeoutSeconds: 7200, timeoutPolicy: 'TIME_OUT_WF' }), [
    { name: 'left', retryCount: 0, responseTimeoutSeconds: 5 },
    { name: 'right', retryCount: 0, responseTimeoutSeconds: 600 },
  ]);
  const id = await engine.begin('retried');
  await engine.tell('ClaimTask', id, { taskId: await engine.task(id, 'left'), workerId });
  engine.advance(5000);
  await engine.last('WorkflowTimedOut', id);
  await engine.tell('RetryWorkflow', id, {});
  await engine.last('TaskReopened', id);
  for (const reference of ['left', 'right'])
    await engine.tell('CompleteTask', id, { taskId: await engine.task(id, reference) });
  await engine.last('WorkflowCompleted', id);
}

/** The definition of a running workflow is lost: that one is quarantined, the partition goes on. */
export async function quarantined(engine: Engine): Promise<void> {
  await engine.define(workflowDef('broken', [simple('a'), simple('b')]));
  const id = await engine.begin('broken');
  const snapshot = await engine.registry.snapshotOf('broken');
  engine.registry.forgotten.add(snapshot?.digest ?? '');
  await engine.tell('CompleteTask', id, { taskId: await engine.task(id, 'a') });
  await engine.last('WorkflowQuarantined', id);
}

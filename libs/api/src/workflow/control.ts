/** What an operator does to one workflow, as the commands that the engine understands. Shared by the single and the bulk routes. */
import type { CommandData } from '@dacapo/contracts';

import { violatedArgument } from '../errors/request-error.js';
import { ask, type Gateway } from '../gateway.js';
import { Fields, objectOf } from '../json/fields.js';
import { workflowMissing } from './workflow-hot-routes.js';

type ControlType =
  | 'PauseWorkflow'
  | 'ResumeWorkflow'
  | 'RestartWorkflow'
  | 'RetryWorkflow'
  | 'RerunWorkflow'
  | 'SkipTask'
  | 'JumpToTask'
  | 'ResetCallbacks'
  | 'SetVariables'
  | 'TerminateWorkflow'
  | 'RemoveWorkflow';

/** Asks for it and waits for the verdict; gives the position of the event that answers. */
export async function control<T extends ControlType>(
  gateway: Gateway,
  type: T,
  workflowId: string,
  data: CommandData<T>,
): Promise<string> {
  const { position } = await ask(gateway, gateway.commands.make(type, workflowId, data));
  return position;
}

/** On the definition that it was started with, or on the latest of its name. */
export async function restart(gateway: Gateway, workflowId: string, useLatest: boolean): Promise<string> {
  if (!useLatest) return control(gateway, 'RestartWorkflow', workflowId, {});
  const workflow = await gateway.views.workflow(workflowId);
  if (workflow === undefined) throw workflowMissing(workflowId);
  const latest = await gateway.registry.snapshotOf(workflow.name);
  // Conductor restarts on what the workflow has when its definition is gone.
  const data = latest === undefined ? {} : { definition: latest.digest, version: latest.version };
  return control(gateway, 'RestartWorkflow', workflowId, data);
}

/** The task may be one of a sub-workflow: then that one is rerun, and its parents wait for it again. */
export async function rerun(gateway: Gateway, workflowId: string, body: unknown): Promise<string> {
  if (body === undefined || body === null) {
    throw violatedArgument('rerunWorkflow.request', 'RerunWorkflowRequest cannot be null.');
  }
  const fields = new Fields(objectOf(body, 'RerunWorkflowRequest'));
  const fromTaskId = fields.text('reRunFromTaskId');
  const input = fields.map('workflowInput');
  const taskInput = fields.map('taskInput');
  const correlationId = fields.text('correlationId');
  fields.end();
  const from = fromTaskId === undefined || fromTaskId === '' ? undefined : fromTaskId;
  const target = from === undefined ? workflowId : await ownerOf(gateway, workflowId, from);
  return control(gateway, 'RerunWorkflow', target, {
    ...(from === undefined ? {} : { fromTaskId: from }),
    ...(input === undefined ? {} : { input }),
    ...(taskInput === undefined ? {} : { taskInput }),
    ...(correlationId === undefined ? {} : { correlationId }),
  });
}

/** How deep sub-workflows are followed to a task. */
const ancestorsMax = 1000;

async function ownerOf(gateway: Gateway, workflowId: string, taskId: string): Promise<string> {
  const task = await gateway.views.task(taskId);
  let ancestor = task?.workflowId;
  for (let steps = 0; task !== undefined && ancestor !== undefined && steps < ancestorsMax; steps++) {
    if (ancestor === workflowId) return task.workflowId;
    ancestor = (await gateway.views.workflow(ancestor))?.parent?.workflowId;
  }
  if ((await gateway.views.workflow(workflowId)) === undefined) throw workflowMissing(workflowId);
  // The workflow itself says what is wrong: that it is open comes before that it has no such task (contract 1.2).
  return workflowId;
}

export function skipRequestOf(body: unknown): Pick<CommandData<'SkipTask'>, 'input' | 'output'> {
  if (body === undefined || body === null) return {};
  const fields = new Fields(objectOf(body, 'SkipTaskRequest'));
  const input = fields.map('taskInput');
  const output = fields.map('taskOutput');
  fields.end();
  return { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
}

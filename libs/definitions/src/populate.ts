import { adHocTaskDef } from './defaults.js';
import type { SubWorkflowParams, TaskDef, WorkflowDef, WorkflowTask } from './model.js';

/** What the registry knows at the moment of the start. */
export interface DefinitionLookups {
  readonly taskDef: (name: string) => TaskDef | undefined;
  readonly latestVersion: (name: string) => number | undefined;
}

/**
 * The snapshot a workflow runs by: every task at every level but the DYNAMIC ones carries its task definition, and sub-workflows with a
 * literal name carry the version that is the latest now. Unlike in Conductor, an unknown sub-workflow stays open and is
 * looked up when its task starts. Inline sub-workflow definitions are left for the start of the child.
 */
export function populate(def: WorkflowDef, lookups: DefinitionLookups): WorkflowDef {
  return { ...def, tasks: populateTasks(def.tasks, lookups) };
}

function populateTasks(tasks: readonly WorkflowTask[], lookups: DefinitionLookups): readonly WorkflowTask[] {
  return tasks.map((task) => populateTask(task, lookups));
}

function populateTask(task: WorkflowTask, lookups: DefinitionLookups): WorkflowTask {
  const { subWorkflowParam } = task;
  const populated: WorkflowTask = {
    ...task,
    // Which definition a DYNAMIC task has is known when it has its name.
    ...(task.type === 'DYNAMIC' ? {} : { taskDefinition: taskDefOf(task, lookups) }),
    decisionCases: Object.fromEntries(
      Object.entries(task.decisionCases).map(([key, branch]) => [key, populateTasks(branch, lookups)]),
    ),
    defaultCase: populateTasks(task.defaultCase, lookups),
    forkTasks: task.forkTasks.map((branch) => populateTasks(branch, lookups)),
    loopOver: populateTasks(task.loopOver, lookups),
  };
  if (task.type !== 'SUB_WORKFLOW' || subWorkflowParam === undefined) return populated;
  return { ...populated, subWorkflowParam: withVersion(subWorkflowParam, lookups) };
}

function taskDefOf(task: WorkflowTask, lookups: DefinitionLookups): TaskDef {
  return task.taskDefinition ?? lookups.taskDef(task.name) ?? adHocTaskDef(task.name, task.type);
}

function withVersion(params: SubWorkflowParams, lookups: DefinitionLookups): SubWorkflowParams {
  const { name, version, workflowDefinition } = params;
  const isOpen = version === undefined && workflowDefinition === undefined;
  if (!isOpen || !name || name.includes('${')) return params;
  const latest = lookups.latestVersion(name);
  return latest === undefined ? params : { ...params, version: latest };
}

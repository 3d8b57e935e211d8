/**
 * JSON of definitions, made once per digest: a task carries its WorkflowTask with the whole task definition, and writing that out anew for
 * every poll cost 18 % of the throughput.
 */
import type { TaskDocument } from '@dacapo/contracts';
import { allTasks, type TaskDef, TASK_DEFAULTS, type WorkflowDef, type WorkflowTask } from '@dacapo/definitions';

import { limits } from '../limits.js';

/** What is needed of the registry. */
export interface Definitions {
  content(digest: string): WorkflowDef | undefined;
  taskDef(name: string): TaskDef | undefined;
}

/** Which task of the definition a task document stands for. */
export type TaskPlace = Pick<
  TaskDocument,
  'definition' | 'referenceTaskName' | 'taskDefName' | 'taskType' | 'scope' | 'fork'
>;

/** A task of those that the dynamic forks of a workflow have made (forked-tasks.ts), by the key of the fork. */
export type ForkedTasks = (fork: string, reference: string) => WorkflowTask | undefined;

interface Entry {
  readonly definition: WorkflowDef;
  readonly tasks: ReadonlyMap<string, WorkflowTask>;
  readonly texts: Map<string, string>;
  text?: string;
}

const entries = new WeakMap<Definitions, Map<string, Entry>>();

/** `"workflowTask":{...}` and, if there is one, `,"taskDefinition":{...}`. */
export function workflowTaskText(place: TaskPlace, definitions: Definitions, forked?: ForkedTasks): string {
  const { fork, definition } = place;
  const reference = referenceOf(place);
  const entry = fork === undefined ? entryOf(definition, definitions) : undefined;
  const known = entry?.texts.get(reference);
  if (known !== undefined) return known;
  const task = entry?.tasks.get(reference);
  const text = textOf(workflowTaskOf(place, definitions, forked));
  // Names that are values are without number.
  if (task !== undefined && task.type !== 'DYNAMIC') entry?.texts.set(reference, text);
  return text;
}

export function workflowTaskOf(
  place: TaskPlace,
  definitions: Definitions,
  forked?: ForkedTasks,
): WorkflowTask | MinimalTask {
  const { fork, definition, taskDefName } = place;
  const reference = referenceOf(place);
  if (fork !== undefined) {
    const task = forked?.(fork, reference);
    return task === undefined ? minimalTask(place, definitions) : withTaskDef(task, definitions);
  }
  const task = entryOf(definition, definitions)?.tasks.get(reference);
  if (task === undefined) return minimalTask(place, definitions);
  return task.type === 'DYNAMIC' ? withTaskDef({ ...task, name: taskDefName }, definitions) : task;
}

/** Its definition as it is registered now, where it carries none. */
function withTaskDef(task: WorkflowTask, definitions: Definitions): WorkflowTask {
  const taskDefinition = task.taskDefinition ?? definitions.taskDef(task.name);
  return taskDefinition === undefined ? task : { ...task, taskDefinition };
}

export function definitionText(digest: string, definitions: Definitions): string | undefined {
  const entry = entryOf(digest, definitions);
  if (entry === undefined) return undefined;
  return (entry.text ??= JSON.stringify(entry.definition));
}

function textOf(task: WorkflowTask | MinimalTask): string {
  const definition =
    task.taskDefinition === undefined ? '' : `,"taskDefinition":${JSON.stringify(task.taskDefinition)}`;
  return `"workflowTask":${JSON.stringify(task)}${definition}`;
}

/** Reference name in the definition: without the turns of the loops around it. */
function referenceOf({ referenceTaskName, scope = '' }: TaskPlace): string {
  return referenceTaskName.slice(0, referenceTaskName.length - scope.length);
}

type MinimalTask = Pick<WorkflowTask, 'name' | 'taskReferenceName' | 'type' | 'inputParameters' | 'taskDefinition'>;

/** A task that a dynamic fork made stands in no definition; its own document says this much of it. */
function minimalTask(place: TaskPlace, definitions: Definitions): MinimalTask {
  const { taskDefName, taskType } = place;
  const taskDefinition = definitions.taskDef(taskDefName);
  return {
    name: taskDefName,
    taskReferenceName: referenceOf(place),
    type: taskType === taskDefName ? TASK_DEFAULTS.type : taskType,
    inputParameters: {},
    ...(taskDefinition === undefined ? {} : { taskDefinition }),
  };
}

function entryOf(digest: string, definitions: Definitions): Entry | undefined {
  let known = entries.get(definitions);
  if (known === undefined) entries.set(definitions, (known = new Map()));
  const entry = known.get(digest);
  if (entry !== undefined) return entry;
  const definition = definitions.content(digest);
  if (definition === undefined) return undefined;
  const tasks = new Map<string, WorkflowTask>();
  for (const { task } of allTasks(definition)) tasks.set(task.taskReferenceName, task);
  const made = { definition, tasks, texts: new Map<string, string>() };
  known.set(digest, made);
  if (known.size > limits.definitionTexts) known.delete(known.keys().next().value ?? '');
  return made;
}

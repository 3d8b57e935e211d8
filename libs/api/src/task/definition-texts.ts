/**
 * JSON of definitions, made once per digest: a task carries its WorkflowTask with the whole task definition, and writing that out anew for
 * every poll cost 18 % of the throughput.
 */
import { allTasks, type TaskDef, TASK_DEFAULTS, type WorkflowDef, type WorkflowTask } from '@dacapo/definitions';

import { limits } from '../limits.js';

/** What is needed of the registry. */
export interface Definitions {
  content(digest: string): WorkflowDef | undefined;
  taskDef(name: string): TaskDef | undefined;
}

/** Which task of the definition a task document stands for. */
export interface TaskPlace {
  readonly definition: string;
  readonly referenceTaskName: string;
  readonly taskDefName: string;
  readonly taskType: string;
}

interface Entry {
  readonly definition: WorkflowDef;
  readonly tasks: ReadonlyMap<string, WorkflowTask>;
  readonly texts: Map<string, string>;
  text?: string;
}

const entries = new WeakMap<Definitions, Map<string, Entry>>();

/** `"workflowTask":{...}` and, if there is one, `,"taskDefinition":{...}`. */
export function workflowTaskText(place: TaskPlace, definitions: Definitions): string {
  const entry = entryOf(place.definition, definitions);
  const known = entry?.texts.get(place.referenceTaskName);
  if (known !== undefined) return known;
  const task = entry === undefined ? undefined : taskOf(entry, place.referenceTaskName);
  const text = textOf(task ?? forkedTask(place, definitions));
  // References of the definition only: those of loops and dynamic forks are without number.
  if (task?.taskReferenceName === place.referenceTaskName) entry?.texts.set(place.referenceTaskName, text);
  return text;
}

export function workflowTaskOf(place: TaskPlace, definitions: Definitions): WorkflowTask | MinimalTask {
  const entry = entryOf(place.definition, definitions);
  const task = entry === undefined ? undefined : taskOf(entry, place.referenceTaskName);
  return task ?? forkedTask(place, definitions);
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

function taskOf({ tasks }: Entry, reference: string): WorkflowTask | undefined {
  let name = reference;
  for (;;) {
    const task = tasks.get(name);
    if (task !== undefined) return task;
    // A loop adds its iteration: `ref__2`.
    const suffix = /__\d+$/.exec(name);
    if (suffix === null) return undefined;
    name = name.slice(0, suffix.index);
  }
}

type MinimalTask = Pick<WorkflowTask, 'name' | 'taskReferenceName' | 'type' | 'inputParameters' | 'taskDefinition'>;

/** A task that a dynamic fork made stands in no definition. */
function forkedTask({ taskDefName, referenceTaskName, taskType }: TaskPlace, definitions: Definitions): MinimalTask {
  const taskDefinition = definitions.taskDef(taskDefName);
  return {
    name: taskDefName,
    taskReferenceName: referenceTaskName,
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

/**
 * What a dynamic fork makes its branches from: one task with many inputs (B), a list of tasks with a map of inputs (A), or the legacy list (C);
 * they are tried in this order (contract 6.5). A plan gives the tasks one by one, so that a long list is worked on in pieces. They are
 * JSON as an author would have written it, without defaults, and their `inputParameters` are templates: what is `${...}` in them is resolved
 * when the branch begins.
 */
import type { JsonObject } from '@dacapo/contracts';
import { parseForkedTasks, type WorkflowTask } from '@dacapo/definitions';

import { quoted } from '../reasons.js';
import { own } from '../state.js';
import { operatorTypes, serverTypes } from '../types.js';

export interface ForkPlan {
  /** The name of the parameter that the list came from, for messages. */
  readonly parameter: string;
  readonly list: readonly unknown[];
  /** The `index`th task; whether it is one is for the caller to find out. */
  at(index: number): unknown;
}

export interface Fault {
  readonly fault: string;
}

/** `isFirst`: no other dynamic fork has run in this workflow. */
export function planOf(task: WorkflowTask, input: JsonObject, isFirst: boolean): ForkPlan | Fault {
  const inputs = own(input, 'forkTaskInputs');
  if (inputs !== undefined && inputs !== null) return oneTask(task, input, inputs, isFirst);
  if (task.dynamicForkTasksParam !== undefined) return listOfTasks(task, input, task.dynamicForkTasksParam);
  if (task.dynamicForkJoinTasksParam !== undefined) return legacy(input, task.dynamicForkJoinTasksParam);
  return { fault: notAList('forkTaskInputs', inputs) };
}

/** Conductor's words for a list that is none, or that holds what is no task. */
export function notTasks(parameter: string, value: unknown): string {
  return `Input '${parameter}' is invalid. Cannot deserialize a list of Workflow Tasks from '${quoted(value)}'`;
}

function notAList(parameter: string, value: unknown): string {
  return `Input '${parameter}' is invalid. Expecting a list but found '${quoted(value ?? null)}'`;
}

/** Style B. Without a name it is called after its fork, or after its type when the server does it. */
function oneTask(task: WorkflowTask, input: JsonObject, inputs: unknown, isFirst: boolean): ForkPlan | Fault {
  const parameter = 'forkTaskInputs';
  if (!Array.isArray(inputs)) return { fault: notAList(parameter, inputs) };
  const list: readonly unknown[] = inputs;
  const workflow = textIn(input, 'forkTaskWorkflow');
  const version = versionIn(input);
  if (Number.isNaN(version)) {
    const found = quoted(own(input, 'forkTaskWorkflowVersion'));
    return { fault: `Input 'forkTaskWorkflowVersion' is invalid. Expecting a version but found '${found}'` };
  }
  const type = workflow === undefined ? (textIn(input, 'forkTaskType') ?? 'SIMPLE') : 'SUB_WORKFLOW';
  const isOurs = workflow === undefined && (serverTypes.has(type) || operatorTypes.has(type));
  const name = textIn(input, 'forkTaskName') ?? (isOurs ? type : task.taskReferenceName);
  const stem = isFirst ? `_${name}` : `_${task.taskReferenceName}_${name}`;
  const common = { name, type, ...(task.optional ? { optional: true } : {}) };
  return {
    parameter,
    list,
    at(index) {
      const item = list[index];
      const fields = isObject(item) ? item : { input: item ?? null };
      const given = isObject(item) ? taskFieldsOf(item) : {};
      return {
        ...given,
        ...common,
        taskReferenceName: `${stem}_${index}`,
        inputParameters: { ...fields, __index: index },
        ...(workflow === undefined ? {} : { subWorkflowParam: childOf(workflow, version, fields) }),
      };
    },
  };
}

function childOf(name: string, version: number | undefined, fields: JsonObject): JsonObject {
  const taskToDomain = own(fields, 'taskToDomain');
  const isDomains = isObject(taskToDomain) && Object.values(taskToDomain).every((domain) => typeof domain === 'string');
  return { name, ...(version === undefined ? {} : { version }), ...(isDomains ? { taskToDomain } : {}) };
}

/** A whole number in digits; NaN when it is something else. */
function versionIn(input: JsonObject): number | undefined {
  const value = own(input, 'forkTaskWorkflowVersion');
  if (value === undefined || value === null || value === '') return undefined;
  const version = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof version === 'number' && Number.isInteger(version) && version >= 0 && version < 2 ** 31 ? version : NaN;
}

/** Fields of a task that an item may carry beside its data. Data that only has their names, and not their form, is left alone. */
const taskFields = [
  'description',
  'startDelay',
  'retryCount',
  'permissive',
  'asyncComplete',
  'taskDefinition',
  'subWorkflowParam',
  'dynamicTaskNameParam',
  'dynamicForkTasksParam',
  'dynamicForkTasksInputParamName',
  'dynamicForkJoinTasksParam',
  'evaluatorType',
  'expression',
  'scriptExpression',
  'caseValueParam',
  'caseExpression',
  'decisionCases',
  'defaultCase',
  'forkTasks',
  'joinOn',
  'joinStatus',
  'joinMode',
  'defaultExclusiveJoinTask',
  'loopCondition',
  'loopOver',
  'items',
  'sink',
  'rateLimited',
  'onStateChange',
  'cacheConfig',
  'metadata',
] as const;

function taskFieldsOf(item: JsonObject): JsonObject {
  const present = taskFields.filter((field) => Object.hasOwn(item, field));
  if (present.length === 0) return {};
  const given = Object.fromEntries(present.map((field) => [field, item[field]]));
  const parsed = parseForkedTasks([{ name: 'x', taskReferenceName: 'x', ...given }]);
  if (parsed.ok) return given;
  const wrong = new Set(parsed.violations.map(({ path }) => path.split(/[.[]/)[2]));
  return Object.fromEntries(Object.entries(given).filter(([field]) => !wrong.has(field)));
}

/** Style A: each task's own input, overlaid with its entry of the map. */
function listOfTasks(task: WorkflowTask, input: JsonObject, parameter: string): ForkPlan | Fault {
  const tasks = own(input, parameter);
  if (!Array.isArray(tasks)) return { fault: notTasks(parameter, tasks ?? null) };
  const list: readonly unknown[] = tasks;
  const inputs = own(input, task.dynamicForkTasksInputParamName ?? '');
  if (!isObject(inputs)) return { fault: notAMap(inputs) };
  const entryOf = (item: JsonObject): unknown => own(inputs, String(own(item, 'taskReferenceName'))) ?? {};
  const odd = list.map((item) => (isObject(item) ? entryOf(item) : {})).find((entry) => !isObject(entry));
  if (odd !== undefined) return { fault: notAMap(odd) };
  return {
    parameter,
    list,
    at(index) {
      const item = list[index];
      if (!isObject(item)) return item;
      const given = own(item, 'inputParameters');
      const inputParameters = { ...(isObject(given) ? given : {}), ...(entryOf(item) as JsonObject) };
      return { ...item, inputParameters };
    },
  };
}

function notAMap(value: unknown): string {
  return `Input to the dynamically forked tasks is not a map -> expecting a map of K,V  but found ${quoted(value ?? null)}`;
}

/** Style C: `{dynamicTasks: [{taskName, referenceName, workflowName, input, type}]}`. */
function legacy(input: JsonObject, parameter: string): ForkPlan | Fault {
  const value = own(input, parameter);
  const tasks = isObject(value) ? own(value, 'dynamicTasks') : undefined;
  if (tasks === undefined || tasks === null) {
    const fault = `Dynamic tasks could not be created. The value of ${parameter} from task's input ${quoted(input)} has no dynamic tasks to be scheduled`;
    return { fault };
  }
  if (!Array.isArray(tasks)) return { fault: notTasks(parameter, tasks) };
  const list: readonly unknown[] = tasks;
  return {
    parameter,
    list,
    at(index) {
      const item = list[index];
      return isObject(item) ? legacyTask(item) : item;
    },
  };
}

function legacyTask(item: JsonObject): JsonObject {
  const workflow = textIn(item, 'workflowName');
  return {
    name: own(item, 'taskName') ?? workflow ?? null,
    taskReferenceName: own(item, 'referenceName') ?? null,
    type: own(item, 'type') ?? (workflow === undefined ? 'SIMPLE' : 'SUB_WORKFLOW'),
    inputParameters: own(item, 'input') ?? {},
    ...(workflow === undefined ? {} : { subWorkflowParam: { name: workflow } }),
  };
}

function textIn(input: JsonObject, key: string): string | undefined {
  const value = own(input, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

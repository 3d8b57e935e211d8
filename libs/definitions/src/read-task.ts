import { TASK_DEFAULTS as DEFAULTS } from './defaults.js';
import { REFERENCE_NAME_LENGTH_MAX, TASKS_MAX, TASK_DEPTH_MAX } from './limits.js';
import type { WorkflowTask } from './model.js';
import { readEmbeddedTaskDef } from './parse-task-def.js';
import { readSubWorkflowParams } from './read-sub-workflow.js';
import * as read from './reader.js';
import type { ReadContext, Siblings, TaskEntry } from './scope.js';
import { readTaskCacheConfig, readStateChangeEvent } from './small-models.js';
import { taskFaults } from './task-rules.js';
import { refuse, type Place } from './violations.js';

/** Names that would reach an object's prototype, or hide the workflow in an expression. */
const RESERVED_REFERENCES = new Set(['__proto__', 'constructor', 'prototype', 'workflow']);

interface Placed {
  readonly value: unknown;
  readonly place: Place | undefined;
}

interface TaskLists {
  readonly owner: TaskEntry | undefined;
  readonly context: ReadContext;
}

/** Reads one list of tasks, and everything nested in them, into the context's scope. */
export function readTasks(source: read.Source, field: string, lists: TaskLists): readonly WorkflowTask[] {
  const siblings: Siblings = { owner: lists.owner, last: undefined };
  return read.list(source, field, (item) => readSibling(source, item, { siblings, context: lists.context }));
}

/** Reads tasks that run beside each other: none of them is later than another. */
export function readBranches(source: read.Source, field: string, context: ReadContext): readonly WorkflowTask[] {
  return read.list(source, field, (item) =>
    readSibling(source, item, { siblings: { owner: undefined, last: undefined }, context }),
  );
}

function readBranch(source: read.Source, branch: Placed, lists: TaskLists): readonly WorkflowTask[] {
  const siblings: Siblings = { owner: lists.owner, last: undefined };
  return read.readList(source.report, branch, (item) =>
    readSibling(source, item, { siblings, context: lists.context }),
  );
}

interface Position {
  readonly siblings: Siblings;
  readonly context: ReadContext;
}

function readSibling(source: read.Source, item: Placed, position: Position): WorkflowTask | undefined {
  const { count } = position.context;
  count.tasks += 1;
  if (count.tasks > TASKS_MAX) {
    // Said once: what follows is not even looked at.
    if (count.tasks === TASKS_MAX + 1) {
      refuse(source.report, { place: item.place, message: `a definition may not have more than ${TASKS_MAX} tasks` });
    }
    return undefined;
  }
  return read.readObject(source.report, item, (child) => readTask(child, position));
}

function readTask(source: read.Source, position: Position): WorkflowTask | undefined {
  const { context } = position;
  if (context.depth >= TASK_DEPTH_MAX) {
    const message = `tasks may not be nested more than ${TASK_DEPTH_MAX} levels deep`;
    refuse(source.report, { place: source.place, message });
    return undefined;
  }
  const entry = enter(source, position);
  const task = taskOf(source, entry, { ...context, depth: context.depth + 1 });
  if (context.hasTypeRules) {
    const inputTemplate = (task.taskDefinition ?? context.taskDef(task.name))?.inputTemplate ?? {};
    for (const { field, message } of taskFaults(task, { raw: source.raw, inputTemplate })) {
      read.refuseField(source, field, message);
    }
  }
  return task;
}

function enter(source: read.Source, { siblings, context }: Position): TaskEntry {
  const previous = siblings.last;
  const entry: TaskEntry = {
    name: read.requiredText(source, 'name', 'WorkflowTask name cannot be empty or null'),
    reference: readReference(source),
    type: read.text(source, 'type') || read.text(source, 'workflowTaskType') || DEFAULTS.type,
    joinOn: read.texts(source, 'joinOn'),
    inputParameters: read.map(source, 'inputParameters'),
    source,
    siblings,
    index: previous === undefined ? 0 : previous.index + 1,
    previous,
  };
  siblings.last = entry;
  context.scope.entries.push(entry);
  return entry;
}

function readReference(source: read.Source): string {
  const field = 'taskReferenceName';
  const reference = read.requiredText(source, field, 'WorkflowTask taskReferenceName name cannot be empty or null');
  if (reference.length > REFERENCE_NAME_LENGTH_MAX) {
    read.refuseField(source, field, `${field} must not be longer than ${REFERENCE_NAME_LENGTH_MAX} characters`);
  }
  if (RESERVED_REFERENCES.has(reference)) {
    read.refuseField(source, field, `${field}: ${reference} is reserved, choose another name`);
  }
  return reference;
}

function taskOf(source: read.Source, entry: TaskEntry, context: ReadContext): WorkflowTask {
  return read.withoutAbsent({
    name: entry.name,
    taskReferenceName: entry.reference,
    description: read.text(source, 'description'),
    inputParameters: entry.inputParameters,
    type: entry.type,
    ...readScripts(source),
    ...readForkParams(source),
    ...readChildren(source, entry, context),
    startDelay: read.int(source, 'startDelay', { fallback: DEFAULTS.startDelay, min: 0 }),
    subWorkflowParam: read.object(source, 'subWorkflowParam', (child) => readSubWorkflowParams(child, context)),
    joinOn: entry.joinOn,
    joinStatus: read.text(source, 'joinStatus'),
    joinMode: read.optionalOneOf(source, 'joinMode', ['SYNC', 'ASYNC']),
    sink: read.text(source, 'sink'),
    optional: read.flag(source, 'optional', DEFAULTS.optional),
    permissive: read.flag(source, 'permissive', DEFAULTS.permissive),
    taskDefinition: read.object(source, 'taskDefinition', (child) => readEmbeddedTaskDef(child, entry.name)),
    rateLimited: read.optionalFlag(source, 'rateLimited'),
    defaultExclusiveJoinTask: read.texts(source, 'defaultExclusiveJoinTask'),
    asyncComplete: read.flag(source, 'asyncComplete', DEFAULTS.asyncComplete),
    retryCount: read.optionalInt(source, 'retryCount', { min: 0 }),
    onStateChange: readStateChanges(source),
    cacheConfig: read.object(source, 'cacheConfig', readTaskCacheConfig),
    metadata: read.map(source, 'metadata'),
  });
}

function readScripts(source: read.Source) {
  return {
    caseValueParam: read.text(source, 'caseValueParam'),
    caseExpression: read.text(source, 'caseExpression'),
    scriptExpression: read.text(source, 'scriptExpression'),
    loopCondition: read.text(source, 'loopCondition'),
    items: read.text(source, 'items'),
    evaluatorType: read.text(source, 'evaluatorType'),
    expression: read.text(source, 'expression'),
  };
}

function readForkParams(source: read.Source) {
  return {
    dynamicTaskNameParam: read.text(source, 'dynamicTaskNameParam'),
    dynamicForkJoinTasksParam: read.text(source, 'dynamicForkJoinTasksParam'),
    dynamicForkTasksParam: read.text(source, 'dynamicForkTasksParam'),
    dynamicForkTasksInputParamName: read.text(source, 'dynamicForkTasksInputParamName'),
  };
}

function readChildren(source: read.Source, owner: TaskEntry, context: ReadContext) {
  const lists: TaskLists = { owner, context };
  // Conductor does not cascade its per-task validation into a loop's body; definitions in the wild rely on it.
  const body: TaskLists = { owner, context: { ...context, hasTypeRules: false } };
  return {
    decisionCases: read.mapOf(source, 'decisionCases', (branch) => readBranch(source, branch, lists)) ?? {},
    defaultCase: readTasks(source, 'defaultCase', lists),
    forkTasks: read.list(source, 'forkTasks', (branch) => readBranch(source, branch, lists)),
    loopOver: readTasks(source, 'loopOver', body),
  };
}

function readStateChanges(source: read.Source): WorkflowTask['onStateChange'] {
  return (
    read.mapOf(source, 'onStateChange', (events) =>
      read.readList(source.report, events, (item) => read.readObject(source.report, item, readStateChangeEvent)),
    ) ?? {}
  );
}

/**
 * A definition made ready to run: who follows whom, with templates and scripts compiled once. Made from the snapshot that a
 * workflow was started on, so it never changes under a running workflow, and shared by all workflows on that digest.
 */
import type { JsonObject } from '@dacapo/contracts';
import type { CompiledSchema, SchemaDef, TaskDef, WorkflowDef, WorkflowTask } from '@dacapo/definitions';
import { compileScript, type CompileResult, compileTemplate, type Template } from '@dacapo/expressions';

import { type Announcements, compileAnnouncements } from './announcements.js';

export interface Node {
  readonly task: WorkflowTask;
  readonly reference: string;
  readonly taskDef: TaskDef | undefined;
  readonly input: Template;
  /** What the list it stands in holds behind it. */
  readonly next: Node | undefined;
  /** The task whose branch it is in. */
  readonly parent: Node | undefined;
  /** First tasks of the branches: decision cases by key, fork branches by index. */
  readonly cases: ReadonlyMap<string, Node | undefined>;
  readonly otherwise: Node | undefined;
  readonly branches: readonly Node[];
  /** First task of a loop's body. */
  readonly body: Node | undefined;
  /** What is published when the task enters a status; absent when nothing is. */
  readonly announcements: Announcements | undefined;
  /** Whether it stands in the body of a FOR_EACH, whose turns run beside each other. */
  readonly isConcurrent: boolean;
}

export interface Flow {
  readonly digest: string;
  readonly definition: WorkflowDef;
  readonly first: Node | undefined;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly output: Template | undefined;
  /** Whether a task may fail without ending the workflow at once; a dynamic fork may make one that does. */
  readonly mayBear: boolean;
  /** Whether a task may publish its changes of status; a dynamic fork may make one that does. */
  readonly announces: boolean;
  /** Schemas as they were compiled the first time: a memo, as the scripts. */
  readonly schemas: WeakMap<SchemaDef, CompiledSchema>;
  /** Scripts as they were compiled the first time: a memo, nothing that a decision depends on. */
  readonly scripts: Map<string, CompileResult>;
  /** The same for the tasks of dynamic forks, by the list that their fork has recorded. */
  readonly forked: WeakMap<object, ReadonlyMap<string, Node>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function compileFlow(digest: string, definition: WorkflowDef): Flow {
  const nodes = new Map<string, Node>();
  const first = compileList(definition.tasks, undefined, nodes);
  const hasOutput = Object.keys(definition.outputParameters).length > 0;
  return {
    digest,
    definition,
    first,
    nodes,
    output: hasOutput ? compileTemplate(definition.outputParameters) : undefined,
    mayBear: [...nodes.values()].some(({ task }) => task.permissive || task.type === 'FORK_JOIN_DYNAMIC'),
    announces: [...nodes.values()].some(
      ({ task, announcements }) => announcements !== undefined || task.type === 'FORK_JOIN_DYNAMIC',
    ),
    schemas: new WeakMap(),
    scripts: new Map(),
    forked: new WeakMap(),
  };
}

/** Tasks that came into being at run time: each is a branch of its own. */
export function compileForked(
  flow: Flow,
  tasks: readonly WorkflowTask[],
  _taskDefs: Readonly<Record<string, JsonObject>> | undefined,
): ReadonlyMap<string, Node> {
  const known = flow.forked.get(tasks);
  if (known !== undefined) return known;
  const nodes = new Map<string, Node>();
  for (const task of tasks) compileNode(task, undefined, undefined, nodes);
  flow.forked.set(tasks, nodes);
  return nodes;
}

/** More different scripts than this in one definition are compiled again and again. */
const scriptsMax = 1000;

export function scriptOf(flow: Flow, source: string): CompileResult {
  const known = flow.scripts.get(source);
  if (known !== undefined) return known;
  const compiled = compileScript(source);
  if (flow.scripts.size < scriptsMax) flow.scripts.set(source, compiled);
  return compiled;
}

/** Links a list of tasks and returns its first node. */
function compileList(
  tasks: readonly WorkflowTask[],
  parent: Node | undefined,
  nodes: Map<string, Node>,
): Node | undefined {
  let next: Node | undefined;
  for (const task of tasks.toReversed()) next = compileNode(task, next, parent, nodes);
  return next;
}

function compileNode(
  task: WorkflowTask,
  next: Node | undefined,
  parent: Node | undefined,
  nodes: Map<string, Node>,
): Node {
  const node: Mutable<Node> = {
    task,
    reference: task.taskReferenceName,
    taskDef: task.taskDefinition,
    input: compileTemplate(task.inputParameters),
    next,
    parent,
    cases: new Map(),
    otherwise: undefined,
    branches: [],
    body: undefined,
    announcements: compileAnnouncements(task.onStateChange),
    isConcurrent: parent !== undefined && (parent.isConcurrent || parent.task.type === 'FOR_EACH'),
  };
  nodes.set(node.reference, node);
  node.cases = new Map(Object.entries(task.decisionCases).map(([key, list]) => [key, compileList(list, node, nodes)]));
  node.otherwise = compileList(task.defaultCase, node, nodes);
  node.branches = task.forkTasks.flatMap((list) => compileList(list, node, nodes) ?? []);
  node.body = compileList(task.loopOver, node, nodes);
  return node;
}

/** Values of the task definition's `inputTemplate` fill keys that are absent or resolved to null (contract 5.5). */
export function withInputTemplate(node: Node, input: JsonObject): JsonObject {
  const template = node.taskDef?.inputTemplate;
  if (template === undefined || Object.keys(template).length === 0) return input;
  const filled: Record<string, unknown> = { ...input };
  for (const [key, value] of Object.entries(template)) filled[key] ??= value;
  return filled;
}

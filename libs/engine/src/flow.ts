/**
 * A definition made ready to run: who follows whom, with templates and scripts compiled once. Made from the snapshot that a
 * workflow was started on, so it never changes under a running workflow, and shared by all workflows on that digest.
 */
import type { JsonObject } from '@dacapo/contracts';
import { invariant } from '@dacapo/contracts';
import { parseForkedTasks, type TaskDef, type WorkflowDef, type WorkflowTask } from '@dacapo/definitions';
import { compileScript, type CompileResult, compileTemplate, type Template } from '@dacapo/expressions';

import { own } from './state.js';

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
  /** JOIN only: the dynamic fork before it, which says what it waits for. */
  readonly dynamicFork: Node | undefined;
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
  /** Scripts as they were compiled the first time: a memo, nothing that a decision depends on. */
  readonly scripts: Map<string, CompileResult>;
  /** The same for the tasks of dynamic forks, by the list that their fork has recorded. */
  readonly forked: WeakMap<object, Forked>;
}

interface Forked {
  readonly count: number;
  readonly taskDefs: TaskDefs | undefined;
  readonly nodes: ReadonlyMap<string, Node>;
}

type TaskDefs = Readonly<Record<string, JsonObject>>;

/** What the nodes of one compilation share. */
interface Compilation {
  readonly nodes: Map<string, Node>;
  /** Definitions by name, for tasks that carry none. */
  readonly taskDefs?: TaskDefs | undefined;
  /** Whether all of it stands in the body of a FOR_EACH. */
  readonly isConcurrent: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function compileFlow(digest: string, definition: WorkflowDef): Flow {
  const nodes = new Map<string, Node>();
  const first = compileList(definition.tasks, undefined, { nodes, isConcurrent: false });
  const hasOutput = Object.keys(definition.outputParameters).length > 0;
  return {
    digest,
    definition,
    first,
    nodes,
    output: hasOutput ? compileTemplate(definition.outputParameters) : undefined,
    mayBear: [...nodes.values()].some(({ task }) => task.permissive || task.type === 'FORK_JOIN_DYNAMIC'),
    scripts: new Map(),
    forked: new WeakMap(),
  };
}

/**
 * Tasks that came into being at run time: each is a branch of its own. `tasks` is the list as the fork `owner` has recorded it, which has passed
 * the reader then; `taskDefs` are the definitions that were looked up for it.
 */
export function compileForked(
  flow: Flow,
  owner: Node,
  tasks: readonly unknown[],
  taskDefs: TaskDefs | undefined,
): ReadonlyMap<string, Node> {
  const known = flow.forked.get(tasks);
  if (known?.count === tasks.length && known.taskDefs === taskDefs) return known.nodes;
  const parsed = parseForkedTasks(tasks);
  invariant(parsed.ok, `I6 dynamic fork ${owner.reference} has recorded tasks that can be read`);
  const nodes = new Map<string, Node>();
  const compilation = { nodes, taskDefs, isConcurrent: owner.isConcurrent || owner.parent?.task.type === 'FOR_EACH' };
  for (const task of parsed.value) compileNode(task, undefined, undefined, compilation);
  flow.forked.set(tasks, { count: tasks.length, taskDefs, nodes });
  return nodes;
}

/** A DYNAMIC task that has got its name: a task like any other of that name, in the place of the first. */
export function withName(node: Node, name: string, type: string, taskDef: TaskDef | undefined): Node {
  return { ...node, task: { ...node.task, name, type }, taskDef };
}

/** Whether both are one task of the definition; a DYNAMIC one has a node with its name, too. */
export function isSameTask(a: Node, b: Node): boolean {
  return a.input === b.input;
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
  compilation: Compilation,
): Node | undefined {
  let next: Mutable<Node> | undefined;
  for (const task of tasks.toReversed()) {
    const node = compileNode(task, next, parent, compilation);
    if (task.type === 'FORK_JOIN_DYNAMIC' && next !== undefined) next.dynamicFork = node;
    next = node;
  }
  return next;
}

function compileNode(
  task: WorkflowTask,
  next: Node | undefined,
  parent: Node | undefined,
  compilation: Compilation,
): Mutable<Node> {
  const node: Mutable<Node> = {
    task,
    reference: task.taskReferenceName,
    taskDef: task.taskDefinition ?? registered(task, compilation),
    input: compileTemplate(task.inputParameters),
    next,
    parent,
    cases: new Map(),
    otherwise: undefined,
    branches: [],
    body: undefined,
    dynamicFork: undefined,
    isConcurrent:
      parent === undefined ? compilation.isConcurrent : parent.isConcurrent || parent.task.type === 'FOR_EACH',
  };
  compilation.nodes.set(node.reference, node);
  node.cases = new Map(
    Object.entries(task.decisionCases).map(([key, list]) => [key, compileList(list, node, compilation)]),
  );
  node.otherwise = compileList(task.defaultCase, node, compilation);
  node.branches = task.forkTasks.flatMap((list) => compileList(list, node, compilation) ?? []);
  node.body = compileList(task.loopOver, node, compilation);
  return node;
}

/** Parsed when it was registered. */
function registered({ name }: WorkflowTask, { taskDefs }: Compilation): TaskDef | undefined {
  return taskDefs === undefined ? undefined : (own(taskDefs, name) as TaskDef | undefined);
}

/** Values of the task definition's `inputTemplate` fill keys that are absent or resolved to null (contract 5.5). */
export function withInputTemplate(node: Node, input: JsonObject): JsonObject {
  const template = node.taskDef?.inputTemplate;
  if (template === undefined || Object.keys(template).length === 0) return input;
  const filled: Record<string, unknown> = { ...input };
  for (const [key, value] of Object.entries(template)) filled[key] ??= value;
  return filled;
}

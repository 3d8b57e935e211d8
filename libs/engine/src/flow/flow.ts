/**
 * A definition made ready to run: who follows whom, with templates and scripts compiled once. Made from the snapshot that a
 * workflow was started on, so it never changes under a running workflow, and shared by all workflows on that digest.
 */
import type { JsonObject } from '@dacapo/contracts';
import { invariant } from '@dacapo/contracts';
import {
  type CompiledSchema,
  parseForkedTasks,
  type SchemaDef,
  type TaskDef,
  type WorkflowDef,
  type WorkflowTask,
} from '@dacapo/definitions';
import { compileScript, type CompileResult, compileTemplate, type Template } from '@dacapo/expressions';

import { type Announcements, compileAnnouncements } from '../tasks/announcements.js';
import { compileCondition, type LoopCondition } from './loop-condition.js';
import { own } from '../state.js';

export interface Node {
  readonly task: WorkflowTask;
  readonly reference: string;
  readonly taskDef: TaskDef | undefined;
  readonly input: Template;
  /** What the list it stands in holds behind it. */
  readonly next: Node | undefined;
  /** The task whose branch it is in. */
  readonly parent: Node | undefined;
  /** The dynamic fork that made it; what is inside of it has it for a parent. */
  readonly owner: Node | undefined;
  /** Key of the decision case whose list it stands in. */
  readonly caseKey: string | undefined;
  /** First tasks of the branches: decision cases by key, fork branches by index. */
  readonly cases: ReadonlyMap<string, Node | undefined>;
  readonly otherwise: Node | undefined;
  readonly branches: readonly Node[];
  /** First task of a loop's body. */
  readonly body: Node | undefined;
  /** JOIN only: the dynamic fork before it, which says what it waits for. */
  readonly dynamicFork: Node | undefined;
  /** The list of a loop, and the condition of a DO_WHILE. */
  readonly items: Template | undefined;
  readonly condition: LoopCondition | undefined;
  /** Reference names of the tasks in a loop's body, at every depth. */
  readonly inside: ReadonlySet<string>;
  /** What is published when the task enters a status; absent when nothing is. */
  readonly announcements: Announcements | undefined;
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
  /** The dynamic fork that made all of it. */
  readonly owner?: Node | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function compileFlow(digest: string, definition: WorkflowDef): Flow {
  const nodes = new Map<string, Node>();
  const first = compileList(definition.tasks, undefined, { nodes });
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
  const compilation = { nodes, taskDefs, owner };
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
  caseKey?: string,
): Node | undefined {
  let next: Mutable<Node> | undefined;
  for (const task of tasks.toReversed()) {
    const node = compileNode(task, next, parent, compilation, caseKey);
    if (task.type === 'FORK_JOIN_DYNAMIC' && next !== undefined) next.dynamicFork = node;
    next = node;
  }
  return next;
}

const nothing: ReadonlySet<string> = new Set();

function compileNode(
  task: WorkflowTask,
  next: Node | undefined,
  parent: Node | undefined,
  compilation: Compilation,
  caseKey?: string,
): Mutable<Node> {
  const node: Mutable<Node> = {
    task,
    reference: task.taskReferenceName,
    taskDef: task.taskDefinition ?? registered(task, compilation),
    input: compileTemplate(task.inputParameters),
    next,
    parent,
    owner: compilation.owner,
    caseKey,
    cases: new Map(),
    otherwise: undefined,
    branches: [],
    body: undefined,
    dynamicFork: undefined,
    items: task.items === undefined ? undefined : compileTemplate(task.items),
    condition: undefined,
    inside: nothing,
    announcements: compileAnnouncements(task.onStateChange),
  };
  compilation.nodes.set(node.reference, node);
  node.cases = new Map(
    Object.entries(task.decisionCases).map(([key, list]) => [key, compileList(list, node, compilation, key)]),
  );
  node.otherwise = compileList(task.defaultCase, node, compilation);
  node.branches = task.forkTasks.flatMap((list) => compileList(list, node, compilation) ?? []);
  node.body = compileList(task.loopOver, node, compilation);
  if (node.body !== undefined) node.inside = new Set(referencesIn(node.body));
  if (task.type === 'DO_WHILE') node.condition = compileCondition(task, [...node.inside]);
  return node;
}

/** Parsed when it was registered. */
function registered({ name }: WorkflowTask, { taskDefs }: Compilation): TaskDef | undefined {
  return taskDefs === undefined ? undefined : (own(taskDefs, name) as TaskDef | undefined);
}

/** Reference names of a list and of everything inside of its tasks. */
function* referencesIn(first: Node | undefined): Generator<string> {
  for (let node = first; node !== undefined; node = node.next) {
    yield node.reference;
    for (const list of [...node.cases.values(), node.otherwise, ...node.branches, node.body]) yield* referencesIn(list);
  }
}

/** The task around it, also where a dynamic fork lies between them. */
export function outerNode(node: Node): Node | undefined {
  return node.parent ?? node.owner;
}

/** First task of a SWITCH's case. A case that is there but empty means: do nothing. */
export function caseOf(node: Node, selected: string): Node | undefined {
  return node.cases.has(selected) ? node.cases.get(selected) : node.otherwise;
}

/** Where a SWITCH or DECISION has led, as its output tells. */
export function chosenList(node: Node, output: JsonObject): Node | undefined {
  if (node.task.type === 'SWITCH') {
    const selected = output['selectedCase'];
    return typeof selected === 'string' ? caseOf(node, selected) : undefined;
  }
  if (node.task.type !== 'DECISION') return undefined;
  const [selected] = Array.isArray(output['caseOutput']) ? (output['caseOutput'] as readonly unknown[]) : [];
  return (typeof selected === 'string' ? node.cases.get(selected) : undefined) ?? node.otherwise;
}

/** Values of the task definition's `inputTemplate` fill keys that are absent or resolved to null (contract 5.5). */
export function withInputTemplate(node: Node, input: JsonObject): JsonObject {
  const template = node.taskDef?.inputTemplate;
  if (template === undefined || Object.keys(template).length === 0) return input;
  const filled: Record<string, unknown> = { ...input };
  for (const [key, value] of Object.entries(template)) filled[key] ??= value;
  return filled;
}

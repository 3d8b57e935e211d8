/**
 * Which worker tasks may come next. Whoever sends a command can offer polls for them beforehand. A guess: how a SWITCH decides is not known
 * before, and what comes into being at run time is not in the definition at all.
 */
import { isBuiltIn } from '../tasks/built-in-types.js';
import { isUserDefined, serverTypes } from '../types.js';
import type { Flow, Node } from './flow.js';

export interface Follower {
  readonly queue: string;
  readonly taskDefName: string;
}

/** Nothing behind them follows in the same decision; nor does it behind what the server does, except for these, which it does at once. */
const pausing: ReadonlySet<string> = new Set([
  'SUB_WORKFLOW',
  'START_WORKFLOW',
  'DYNAMIC',
  'FORK_JOIN_DYNAMIC',
  'TERMINATE',
]);
const passing: ReadonlySet<string> = new Set(['INLINE', 'LAMBDA', 'NOOP']);
const followersMax = 16;

const memo = new WeakMap<Flow, Map<string, readonly Follower[]>>();

/** `reference`: the task that ends; without one, the beginning. */
export function followersOf(flow: Flow, reference = ''): readonly Follower[] {
  let known = memo.get(flow);
  if (known === undefined) memo.set(flow, (known = new Map<string, readonly Follower[]>()));
  let followers = known.get(reference);
  if (followers === undefined) known.set(reference, (followers = new Walk(flow).from(reference)));
  return followers;
}

class Walk {
  private readonly found: Follower[] = [];
  private readonly seen = new Set<Node>();
  private readonly left = new Set<Node>();

  constructor(private readonly flow: Flow) {}

  from(reference: string): readonly Follower[] {
    if (reference === '') this.enter(this.flow.first);
    else {
      const node = this.flow.nodes.get(reference);
      if (node !== undefined) this.leave(node);
    }
    return this.found.slice(0, followersMax);
  }

  private enter(node: Node | undefined): void {
    if (node === undefined || this.seen.has(node)) return;
    this.seen.add(node);
    const { type, name } = node.task;
    const queue = type === 'SIMPLE' ? name : type;
    if (type === 'SIMPLE' || isUserDefined(type) || isBuiltIn({ queue })) return this.add(queue, node);
    if (pausing.has(type) || (serverTypes.has(type) && !passing.has(type))) return;
    const cases = [...node.cases.values(), node.otherwise];
    const inside = [...node.branches, ...(node.body === undefined ? [] : [node.body])];
    for (const each of [...cases, ...inside]) this.enter(each);
    if (inside.length === 0 && cases.includes(undefined)) this.leave(node);
  }

  /** On behind it, or behind what it stands in; at the end of a loop's body there may be another turn. */
  private leave(node: Node): void {
    if (this.left.has(node)) return;
    this.left.add(node);
    if (node.next !== undefined) return this.enter(node.next);
    if (node.parent === undefined) return;
    this.enter(node.parent.body);
    this.leave(node.parent);
  }

  private add(queue: string, { task, taskDef }: Node): void {
    if (taskDef?.delivery !== 'kafka') this.found.push({ queue, taskDefName: task.name });
  }
}

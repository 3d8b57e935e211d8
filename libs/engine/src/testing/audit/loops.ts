/**
 * Loops in the audit: which turn a task belongs to is read from its name and the definition, whether a loop should have gone on from the
 * condition that the generator wrote (`... < 3`). The engine's own notes about turns are never asked.
 */
import type { Event, EventNamed } from '@dacapo/contracts';

import { compileForked, type Flow, type Node, outerNode } from '../../flow/flow.js';
import type { WorkflowState } from '../../state.js';
import { must } from './must.js';

interface Loop {
  readonly key: string;
  readonly node: Node;
  readonly items: readonly unknown[] | undefined;
  readonly concurrency: number;
  readonly keepLastN: number | undefined;
  /** DO_WHILE: the turn that was said to run last; FOR_EACH: how many were said to have ended. */
  iteration: number;
  open: boolean;
  /** What each turn has left, as it was recorded. */
  readonly left: Set<number>;
}

interface Inner {
  readonly key: string;
  readonly loop: Loop;
  readonly turn: number;
  open: boolean;
  owed: boolean;
  failed: boolean;
}

type Scheduling = EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>;
type End =
  EventNamed<'TaskCompleted'> | EventNamed<'TaskFailed'> | EventNamed<'TaskTimedOut'> | EventNamed<'TaskCanceled'>;

export class LoopAudit {
  private readonly loops = new Map<string, Loop>();
  /** Latest attempts of the tasks directly or indirectly in a turn, by name. */
  private readonly inner = new Map<string, Inner>();
  private readonly names = new Map<string, string>();
  private readonly removed = new Set<string>();
  private readonly nodes = new Map<string, Node>();
  /** Lists of the dynamic forks, by the key of the fork. */
  private readonly forked = new Map<string, Readonly<Record<string, unknown>>[]>();

  take(event: Event, flow: Flow): void {
    switch (event.type) {
      case 'TaskScheduled':
      case 'RetryScheduled':
        return this.schedule(event, flow);
      case 'TasksForked':
        return this.fork(event);
      case 'LoopIterated':
        return this.iterate(event);
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'TaskTimedOut':
      case 'TaskCanceled':
        return this.end(event);
      case 'TaskReopened': {
        const key = this.names.get(event.data.taskId) ?? '';
        const [loop, inner] = [this.loops.get(key), this.inner.get(key)];
        if (loop !== undefined) loop.open = true;
        if (inner !== undefined) Object.assign(inner, { open: true, owed: false, failed: false });
        return;
      }
      case 'TasksRemoved':
        return this.remove(event.data.taskIds);
      default:
        return;
    }
  }

  /** After a decision. What was put off, or waits for a resume, may still have to be cancelled. */
  check(state: WorkflowState): void {
    for (const taskId of this.removed) must(!Object.hasOwn(state.references, taskId), `${taskId} was removed`);
    if (state.status !== 'RUNNING' || state.deferred.length > 0) return;
    for (const { key, loop, turn, open } of this.inner.values()) {
      must(!open || (loop.open && isRunning(loop, turn)), `I6 ${key} runs in a turn of ${loop.key} that is over`);
    }
  }

  private fork({ data }: EventNamed<'TasksForked'>): void {
    const key = this.names.get(data.taskId) ?? '';
    this.forked.set(key, [...(data.from === 0 ? [] : (this.forked.get(key) ?? [])), ...data.tasks]);
  }

  private nodesOf(flow: Flow, fork: string | undefined): ReadonlyMap<string, Node> {
    if (fork === undefined) return flow.nodes;
    const [owner, tasks] = [this.nodes.get(fork), this.forked.get(fork)];
    must(owner !== undefined && tasks !== undefined, `I6 the dynamic fork ${fork} has recorded its tasks`);
    return compileForked(flow, owner, tasks, undefined);
  }

  private schedule({ type, data }: Scheduling, flow: Flow): void {
    const { referenceTaskName: key, scope = '', iteration = 0, taskId, input, fork } = data;
    const node = this.nodesOf(flow, fork).get(scope === '' ? key : key.slice(0, -scope.length));
    must(node !== undefined, `I6 ${key} stands in the definition`);
    this.nodes.set(key, node);
    this.names.set(taskId, key);
    const turns = scope.split('__').slice(1).map(Number);
    const around = loopsAround(node);
    must(turns.length === around.length, `I6 ${key} has a turn for each of the loops ${around.join()} around it`);
    must(iteration === (turns.at(-1) ?? 0), `I6 ${key} shows its turn`);
    if (node.task.type === 'DO_WHILE' || node.task.type === 'FOR_EACH') {
      const items = input['_items'] as readonly unknown[] | undefined;
      const concurrency = Number(input['concurrency'] ?? 1);
      const keepLastN = input['keepLastN'] === undefined ? undefined : Number(input['keepLastN']);
      this.loops.set(key, { key, node, items, concurrency, keepLastN, iteration: 0, open: true, left: new Set() });
    }
    const turn = turns.pop();
    if (turn === undefined) return;
    const loop = this.loops.get([around[0] ?? '', ...turns].join('__'));
    must(loop !== undefined, `I6 the loop of ${key} has begun`);
    // A retry of the workflow opens loops and tasks in one decision.
    must(loop.open, `I6 ${key} begins in ${loop.key}, which has ended`);
    must(isRunning(loop, turn), `I6 ${key} begins in a turn of ${loop.key} that does not run`);
    must(type === 'RetryScheduled' || !this.inner.has(key), `I5 ${key} begins once`);
    this.inner.set(key, { key, loop, turn, open: true, owed: false, failed: false });
    const running = new Set(
      [...this.inner.values()].flatMap((one) => (one.loop === loop && one.open ? [one.turn] : [])),
    );
    const most = loop.node.task.type === 'FOR_EACH' ? loop.concurrency : 1;
    must(running.size <= most, `I7 ${loop.key} runs ${running.size} turns at once`);
  }

  private iterate({ data }: EventNamed<'LoopIterated'>): void {
    const loop = this.loops.get(this.names.get(data.taskId) ?? '');
    must(loop?.open === true, 'I4 only an open loop takes turns');
    const ended = Object.keys(data.output ?? {}).flatMap((key) => (/^\d+$/.test(key) ? [Number(key)] : []));
    for (const turn of ended) {
      this.checkOver(loop, turn);
      must(isRunning(loop, turn), `I7 turn ${turn} of ${loop.key} had been running`);
      loop.left.add(turn);
    }
    if (loop.node.task.type === 'FOR_EACH') {
      must(data.iteration === loop.left.size, `I7 ${loop.key} counts the turns that have ended`);
    } else {
      must(data.iteration - loop.iteration <= 1, `I7 ${loop.key} takes one turn after the other`);
      must(data.iteration <= (turnsOf(loop) ?? Infinity), `I7 ${loop.key} takes no turn more than its condition says`);
      if (data.iteration > loop.iteration && loop.iteration > 0)
        must(loop.left.has(loop.iteration), `I7 turn ${loop.iteration} of ${loop.key} was recorded`);
    }
    this.checkDropped(loop, data);
    loop.iteration = data.iteration;
  }

  /** `keepLastN` keeps the last turns that have ended; a rerun takes back those from its own turn on. */
  private checkDropped(loop: Loop, { iteration, dropped = [] }: EventNamed<'LoopIterated'>['data']): void {
    const last = Math.max(0, ...loop.left);
    for (const turn of dropped.map(Number)) {
      const isOld = loop.keepLastN !== undefined && turn <= last - loop.keepLastN;
      must(isOld || turn >= iteration, `I7 turn ${turn} of ${loop.key} is one of the last ${loop.keepLastN}`);
    }
  }

  private end({ type, data }: End): void {
    const key = this.names.get(data.taskId) ?? '';
    const [loop, inner] = [this.loops.get(key), this.inner.get(key)];
    if (inner !== undefined && this.names.get(data.taskId) === inner.key) {
      const status = type === 'TaskCanceled' ? 'CANCELED' : data.status;
      inner.open = false;
      inner.owed = type !== 'TaskCompleted' && data.retried === true;
      inner.failed = status !== 'COMPLETED' && status !== 'COMPLETED_WITH_ERRORS';
    }
    if (loop === undefined) return;
    loop.open = false;
    if (type !== 'TaskCompleted') return;
    for (const turn of loop.left) this.checkOver(loop, turn);
    // Whoever ends it by hand may do so at any turn.
    if (data.workerId !== undefined || (data.output !== undefined && !('iteration' in data.output))) return;
    const turns = turnsOf(loop) ?? loop.iteration;
    must(loop.left.size === turns, `I7 ${key} completes after ${loop.left.size} of ${turns} turns`);
    must(turns === 0 || (loop.left.has(1) && loop.left.has(turns)), `I7 ${key} has taken the turns 1 to ${turns}`);
  }

  private checkOver(loop: Loop, turn: number): void {
    for (const inner of this.inner.values()) {
      if (inner.loop !== loop || inner.turn !== turn) continue;
      must(!inner.open && !inner.owed, `I7 ${inner.key} is over before turn ${turn} of ${loop.key} is`);
      must(!inner.failed || this.isInTry(inner), `I7 ${inner.key} has failed, and with it ${loop.key}`);
    }
  }

  /** A failure between a TRY and the loop around it may have been caught. */
  private isInTry({ key, loop }: Inner): boolean {
    let around = this.nodes.get(key);
    while (around !== undefined && around !== loop.node && around.task.type !== 'TRY') around = outerNode(around);
    return around?.task.type === 'TRY';
  }

  private remove(taskIds: readonly string[]): void {
    for (const taskId of taskIds) {
      const key = this.names.get(taskId) ?? '';
      must(this.inner.get(key)?.open !== true, 'only tasks of turns that are over are removed');
      must(!this.removed.has(taskId), 'a task is removed once');
      this.removed.add(taskId);
      this.inner.delete(key);
      this.loops.delete(key);
    }
  }
}

/** References of the loops around a task, the innermost first. */
function loopsAround(node: Node): readonly string[] {
  const loops: string[] = [];
  for (let around = outerNode(node); around !== undefined; around = outerNode(around))
    if (around.task.loopOver.length > 0) loops.push(around.reference);
  return loops;
}

function isRunning({ node, iteration, items, left }: Loop, turn: number): boolean {
  if (node.task.type === 'DO_WHILE') return turn === iteration;
  return turn >= 1 && turn <= (items?.length ?? 0) && !left.has(turn);
}

/** `$.l['iteration'] < 3`, also within a function that only the sandbox knows. */
const counting = /^(?:\[1\]\.map\(function \(\) \{ return )?\$\.(\w+)\['iteration'\] < (\d+)(?: \}\)\[0\])?$/;

/** How many turns a loop takes that nothing stops; undefined when its condition does not only count. */
function turnsOf({ node, items }: Loop): number | undefined {
  if (node.task.type === 'FOR_EACH') return items?.length ?? 0;
  const [, reference, bound] = counting.exec(node.task.loopCondition ?? '') ?? [];
  return reference === node.reference ? Math.min(Number(bound), items?.length ?? Infinity) : undefined;
}

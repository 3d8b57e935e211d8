/**
 * The timers of a workflow's open tasks, the earliest at hand: a heap beside the state, made when it is first asked for. It is no part of the
 * state: neither a snapshot nor a clone has it. Entries are never taken out when a timer goes; those that no longer hold are passed over.
 */
import { isTaskOpen, own, type TaskState, type WorkflowState } from '../state.js';

interface Entry {
  readonly due: number;
  readonly taskId: string;
  readonly kind: string;
}

const property = Symbol('timers');

interface WithIndex {
  [property]?: TimerIndex;
}

/** Also entries that have become void count, up to this many more than those that held at the last count. */
const voidMax = 64;

export class TimerIndex {
  private heap: Entry[] = [];
  private roomFor = 0;

  constructor(private readonly state: WorkflowState) {
    this.rebuild();
  }

  static of(state: WorkflowState): TimerIndex {
    const holder = state as WithIndex;
    const known = holder[property];
    if (known !== undefined) return known;
    const value = new TimerIndex(state);
    // Not enumerable: it is copied by nothing that copies the state.
    Object.defineProperty(state, property, { value, enumerable: false });
    return value;
  }

  /** The timers of a task were set: known from now on, if anybody has asked yet. */
  static note(state: WorkflowState, task: TaskState, timers: Readonly<Record<string, number>> | undefined): void {
    const index = (state as WithIndex)[property];
    if (index === undefined || timers === undefined) return;
    for (const [kind, due] of Object.entries(timers)) index.push({ due, taskId: task.taskId, kind });
    if (index.heap.length > index.roomFor) index.rebuild();
  }

  earliest(): number | undefined {
    for (;;) {
      const [first] = this.heap;
      if (first === undefined || this.holds(first)) return first?.due;
      this.shift();
    }
  }

  /** Those whose time has come, in no order. */
  *until(now: number): Generator<Entry> {
    const seen = new Set<string>();
    const open = [0];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const entry = this.heap[at];
      if (entry === undefined || entry.due > now) continue;
      open.push(2 * at + 1, 2 * at + 2);
      const name = `${entry.kind}:${entry.taskId}`;
      if (seen.has(name) || !this.holds(entry)) continue;
      seen.add(name);
      yield entry;
    }
  }

  private holds({ due, taskId, kind }: Entry): boolean {
    const reference = own(this.state.references, taskId);
    const task = reference === undefined ? undefined : own(this.state.tasks, reference);
    return task?.taskId === taskId && isTaskOpen(task.status) && own(task.timers, kind) === due;
  }

  private rebuild(): void {
    this.heap = [];
    for (const reference of Object.keys(this.state.open)) {
      const task = own(this.state.tasks, reference);
      if (task === undefined) continue;
      for (const [kind, due] of Object.entries(task.timers)) this.push({ due, taskId: task.taskId, kind });
    }
    this.roomFor = 2 * this.heap.length + voidMax;
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.due <= entry.due) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  private shift(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const below = (heap[left + 1]?.due ?? Infinity) < (heap[left]?.due ?? Infinity) ? left + 1 : left;
      const child = heap[below];
      if (child === undefined || child.due >= last.due) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

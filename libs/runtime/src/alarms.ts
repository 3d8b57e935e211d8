/**
 * When the lane must look at which workflow again. Near times lie in a heap; far ones (minutes to years) wait in a plain map, or in the
 * snapshot store when their workflow is not in memory, and are looked through twice a minute. One entry per workflow: its earliest timer.
 */
import type { Alarm, Clock } from '@dacapo/ports';

const horizonMs = 60_000;

export class Alarms {
  private readonly due = new Map<string, number>();
  private readonly near: (readonly [due: number, workflowId: string])[] = [];
  private alarm: Alarm | undefined;
  private alarmAt = Number.POSITIVE_INFINITY;
  private look: Alarm | undefined;
  private isStopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: (workflowIds: readonly string[]) => void,
    /** Asks for timers of workflows that are not in memory, due before the time. */
    private readonly onLook: (beforeTime: number) => void,
  ) {}

  start(): void {
    this.lookAhead();
  }

  /** For good: a send that fails later, or a look that is answered later, sets nothing any more. */
  stop(): void {
    this.isStopped = true;
    this.alarm?.cancel();
    this.look?.cancel();
    this.alarm = undefined;
    this.look = undefined;
  }

  /** Sets the alarm of a workflow if it is earlier than the one it has. */
  lower(workflowId: string, time: number): void {
    const current = this.due.get(workflowId);
    if (current === undefined || time < current) this.set(workflowId, time);
  }

  set(workflowId: string, time: number): void {
    this.due.set(workflowId, time);
    if (time <= this.clock.now() + horizonMs) this.push(time, workflowId);
  }

  /** Entries in the heap are not searched for: one whose time is not the workflow's any more is passed over. */
  clear(workflowId: string): void {
    this.due.delete(workflowId);
  }

  /** The workflow left memory: a far timer is found in the snapshots when its time comes near. */
  forget(workflowId: string): void {
    const time = this.due.get(workflowId);
    if (time !== undefined && time > this.clock.now() + horizonMs) this.due.delete(workflowId);
  }

  private lookAhead(): void {
    const before = this.clock.now() + horizonMs;
    for (const [workflowId, time] of this.due) if (time <= before) this.push(time, workflowId);
    this.onLook(before);
    this.look = this.clock.at(this.clock.now() + horizonMs / 2, () => this.lookAhead());
  }

  private push(time: number, workflowId: string): void {
    if (this.isStopped) return;
    pushHeap(this.near, [time, workflowId]);
    if (time >= this.alarmAt) return;
    this.alarm?.cancel();
    this.alarmAt = time;
    this.alarm = this.clock.at(time, () => this.ring());
  }

  private ring(): void {
    this.alarmAt = Number.POSITIVE_INFINITY;
    const now = this.clock.now();
    const due: string[] = [];
    for (let first = this.near[0]; first !== undefined && first[0] <= now; first = this.near[0]) {
      popHeap(this.near);
      if (this.due.get(first[1]) !== first[0]) continue;
      this.due.delete(first[1]);
      due.push(first[1]);
    }
    const next = this.near[0];
    if (next !== undefined) {
      this.alarmAt = next[0];
      this.alarm = this.clock.at(next[0], () => this.ring());
    }
    if (due.length > 0) this.onDue(due);
  }
}

type Entry = readonly [due: number, workflowId: string];

function pushHeap(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || above[0] <= entry[0]) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
}

function popHeap(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const left = heap[child];
    if (left === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && right[0] < left[0]) child += 1;
    const below = heap[child];
    if (below === undefined || below[0] >= last[0]) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}

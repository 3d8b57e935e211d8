/** Timers (I16, I22), judged from the records alone: which are set on open tasks, when the earliest is due, and that what fires has a consequence. */
import type { Event, EventNamed } from '@dacapo/contracts';

import { isTaskOpen, type WorkflowState } from '../../state.js';
import { nextDue, workflowTimer } from '../../timers.js';
import { must } from './must.js';
import { sameJson } from './same-json.js';

/** What an event takes away, beside the timers that it sets. */
const cleared: Readonly<Partial<Record<Event['type'], readonly string[]>>> = {
  TaskScheduled: [],
  RetryScheduled: [],
  TaskQueued: [],
  TaskLeaseExtended: ['lease'],
  TaskOffered: ['offer'],
  TaskStarted: ['poll', 'offer'],
  TaskProgressed: ['response', 'lease', 'offer'],
};
const ends: ReadonlySet<string> = new Set(['TaskCompleted', 'TaskFailed', 'TaskTimedOut', 'TaskCanceled']);

export class TimerAudit {
  private readonly timers = new Map<string, Map<string, number>>();
  /** Fired in this decision, and nothing has come of it yet: by task id. */
  private readonly unanswered = new Map<string, string>();

  take(event: Event): void {
    if (event.type === 'TimerFired') return this.fire(event);
    if (event.type === 'TimeoutAlerted') this.unanswered.delete(event.data.timer.split(':')[1] ?? '');
    if (!('taskId' in event.data) || event.data.taskId === undefined) return;
    const { taskId } = event.data;
    this.unanswered.delete(taskId);
    if (ends.has(event.type)) this.timers.delete(taskId);
    else if (event.type === 'TaskReopened') this.timers.set(taskId, new Map(Object.entries(event.data.timers ?? {})));
    else this.set(taskId, event);
  }

  private fire({ data: { timer } }: EventNamed<'TimerFired'>): void {
    if (timer === workflowTimer) return;
    const [kind = '', taskId = ''] = timer.split(':');
    this.timers.get(taskId)?.delete(kind);
    this.unanswered.set(taskId, timer);
  }

  private set(taskId: string, event: Event): void {
    const gone = cleared[event.type];
    if (gone === undefined) return;
    const timers = this.timers.get(taskId) ?? new Map<string, number>();
    for (const kind of gone) timers.delete(kind);
    const set = 'timers' in event.data ? event.data.timers : undefined;
    for (const [kind, due] of Object.entries(set ?? {})) timers.set(kind, due);
    this.timers.set(taskId, timers);
  }

  /** After a decision. */
  check(state: WorkflowState): void {
    for (const timer of this.unanswered.values()) throw new Error(`I16 nothing comes of timer ${timer}`);
    let earliest = Infinity;
    for (const task of Object.values(state.tasks)) {
      if (!isTaskOpen(task.status)) continue;
      const timers = this.timers.get(task.taskId) ?? new Map<string, number>();
      const there = Object.fromEntries(timers);
      must(sameJson(task.timers, there), `I16 timers of ${task.referenceTaskName}`, task.timers, there);
      earliest = Math.min(earliest, ...timers.values());
    }
    const due = Math.min(state.status === 'RUNNING' ? earliest : Infinity, state.timeoutAt ?? Infinity);
    if ((nextDue(state) ?? Infinity) !== due) throw new Error(`I22 the alarm is at ${nextDue(state)}, due is ${due}`);
  }
}

/**
 * Conductor runs operators inside the call that starts a workflow. Where ours goes on by itself in another command (a script in the sandbox,
 * definitions that are looked up, a long decision), whoever started it may wait for that, for a short while.
 */
import type { Event } from '@dacapo/contracts';
import type { Alarm, Clock, StoredEvent } from '@dacapo/ports';

import type { FeedListener } from './event-feed.js';
import type { RecentEvents } from './recent-events.js';

export class Settling implements FeedListener {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly touched = new Set<string>();

  constructor(
    private readonly recent: RecentEvents,
    private readonly clock: Clock,
  ) {}

  /** Resolves when nothing of the workflow goes on by itself, or when the time is up. */
  async whenSettled(workflowId: string, timeoutMs: number): Promise<void> {
    if (isSettled(this.recent.of(workflowId))) return;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (isSettled(this.recent.of(workflowId))) end();
      };
      const end = (): void => {
        alarm.cancel();
        this.leave(workflowId, check);
        resolve();
      };
      const alarm: Alarm = this.clock.at(this.clock.now() + timeoutMs, end);
      const others = this.waiting.get(workflowId);
      if (others === undefined) this.waiting.set(workflowId, new Set([check]));
      else others.add(check);
    });
  }

  onEvent({ event }: StoredEvent): void {
    if (this.waiting.size > 0 && this.waiting.has(event.workflowId)) this.touched.add(event.workflowId);
  }

  /** Not event by event: what one decision has finished, its next event may begin anew. */
  onBatchEnd(): void {
    for (const workflowId of this.touched) for (const check of this.waiting.get(workflowId) ?? []) check();
    this.touched.clear();
  }

  private leave(workflowId: string, check: () => void): void {
    const others = this.waiting.get(workflowId);
    others?.delete(check);
    if (others?.size === 0) this.waiting.delete(workflowId);
  }
}

/** As the latest events have it; what the read model has already is not looked at: that was a while ago. */
function isSettled(events: readonly StoredEvent[]): boolean {
  let asked = 0;
  let isPutOff = false;
  for (const { event } of events) {
    asked += changeOf(event);
    if (event.type === 'StepsDeferred') isPutOff = true;
    else if (event.type === 'StepsResumed') isPutOff = false;
    else if (isEnd(event)) return true;
  }
  return asked <= 0 && !isPutOff;
}

function changeOf({ type }: Event): number {
  if (type === 'EvaluationRequested' || type === 'TaskDefsRequested' || type === 'CachedOutputRequested') return 1;
  return type === 'EvaluationRecorded' || type === 'TaskDefsRecorded' || type === 'CachedOutputRecorded' ? -1 : 0;
}

function isEnd({ type }: Event): boolean {
  return (
    type === 'WorkflowCompleted' ||
    type === 'WorkflowFailed' ||
    type === 'WorkflowTimedOut' ||
    type === 'WorkflowTerminated' ||
    type === 'WorkflowQuarantined'
  );
}

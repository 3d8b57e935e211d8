/** Permits of limits (I18): whoever does not run and is not waited for holds nothing. */
import type { Event } from '@dacapo/contracts';
import { canonicalJson } from '@dacapo/definitions';

import type { WorkflowState } from '../../state.js';
import type { AttemptAudit } from './attempts.js';
import type { LifeAudit } from './life.js';
import { must } from './must.js';

export class PermitAudit {
  /** Permits that are held or asked for, by holder, with the number of the request. */
  private readonly permits = new Map<string, number>();
  private readonly delivery = new Map<string, string | undefined>();

  constructor(
    private readonly life: LifeAudit,
    private readonly attempts: AttemptAudit,
  ) {}

  take(event: Event): void {
    switch (event.type) {
      case 'PermitRequested':
        must(!this.permits.has(event.data.taskId), 'I18 a task asks once at a time');
        this.permits.set(event.data.taskId, event.seq);
        return;
      case 'WorkflowPermitRequested':
        this.permits.set(event.workflowId, event.seq);
        return;
      case 'PermitReturned':
        if (this.permits.get(event.data.holder) === event.data.request) this.permits.delete(event.data.holder);
        return;
      case 'TaskOffered':
        if (this.delivery.get(event.data.taskId) !== 'kafka') this.permits.delete(event.data.taskId);
        return;
      case 'TaskScheduled':
      case 'RetryScheduled':
        this.delivery.set(event.data.taskId, event.data.delivery);
        return;
      default:
    }
  }

  /** After a decision. */
  check(state: WorkflowState): void {
    for (const holder of this.permits.keys()) {
      const attempt = this.attempts.byId.get(holder);
      const isRunning = holder === state.workflowId ? this.life.ended === undefined : attempt?.open;
      must(isRunning === true, `I18 ${attempt?.reference ?? holder} is over and has given its permit back`);
    }
    must(
      canonicalJson([...this.permits.keys()].toSorted()) === canonicalJson(Object.keys(state.permits ?? {}).toSorted()),
      'I18 the permits are those of the log',
    );
  }
}

/** The life of the workflow as a whole (I3): it ends once in each of its runs, and what comes after an end opens the next run or only annotates. */
import type { Event } from '@dacapo/contracts';

import { must } from './must.js';

const ends: ReadonlySet<string> = new Set([
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowTimedOut',
  'WorkflowTerminated',
]);
const annotations: ReadonlySet<string> = new Set([
  'CommandRejected',
  'TaskLogged',
  'FailureWorkflowRefused',
  'ChildTerminationRequested',
  'TasksRemoved',
  'WorkflowRemoved',
  'PermitReturned',
]);
const setsTimeout: ReadonlySet<string> = new Set([
  'WorkflowStarted',
  'WorkflowResumed',
  'WorkflowRetried',
  'WorkflowRestarted',
  'WorkflowReran',
  'WorkflowReopened',
]);

export class LifeAudit {
  run = 0;
  ended: string | undefined;
  paused = false;
  refusedFailureWorkflow = false;
  /** When the workflow is over time, if it can be. */
  timeout: number | undefined;
  private removed = false;

  take(event: Event): void {
    must(!this.removed || event.type === 'CommandRejected', `I3 ${event.type} after the removal`);
    if (setsTimeout.has(event.type)) this.setTimeout(event);
    switch (event.type) {
      case 'WorkflowRetried':
      case 'WorkflowRestarted':
      case 'WorkflowReran':
      case 'WorkflowReopened':
        must(this.ended !== undefined, 'I3 only an ended workflow is opened again');
        // A parent may ask for a later run than the next.
        must(event.data.run > this.run, 'I3 the run counts up');
        this.run = event.data.run;
        this.ended = undefined;
        this.paused = false;
        return;
      case 'WorkflowJumped':
        must(this.ended === undefined && !this.paused, 'I3 only a running workflow jumps');
        must(event.data.run === this.run + 1, 'I3 the run counts up by one');
        this.run = event.data.run;
        return;
      case 'WorkflowRemoved':
        must(this.ended !== undefined, 'I3 only an ended workflow is removed');
        this.removed = true;
        return;
      default:
        this.takeEnd(event);
    }
  }

  private takeEnd(event: Event): void {
    if (ends.has(event.type)) {
      const isOperators = event.type === 'WorkflowTerminated' && /^Workflow(Failed|TimedOut)$/.test(this.ended ?? '');
      must(this.ended === undefined || isOperators, `I3 ${event.type} after ${this.ended}`);
      must('run' in event.data ? event.data.run === this.run : this.run === 0, 'I3 an end names its run');
      this.ended = event.type;
      return;
    }
    must(this.ended === undefined || annotations.has(event.type), `I3 ${event.type} after ${this.ended}`);
    if (event.type === 'FailureWorkflowRefused') this.refusedFailureWorkflow = true;
    if (event.type === 'WorkflowPaused') this.paused = true;
    if (event.type === 'WorkflowResumed') this.paused = false;
  }

  private setTimeout({ data }: Event): void {
    this.timeout = 'timers' in data ? data.timers?.['workflow'] : undefined;
  }
}

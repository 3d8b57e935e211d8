/** Depth `log` and `fold`: numbering, chain, endings. Knows nothing but the events. */
import { type Event, expectedHash, formatPosition, type Hash } from '@dacapo/contracts';
import { isLimitId } from '@dacapo/engine';
import type { StoredEvent } from '@dacapo/ports';

import type { Violation } from './report.js';

const annotations: ReadonlySet<Event['type']> = new Set([
  'CommandRejected',
  'TaskLogged',
  'FailureWorkflowRefused',
  'WorkflowTerminated',
  'WorkflowQuarantined',
  'WorkflowRemoved',
  'TasksRemoved',
  'TaskCanceled',
  'ChildTerminationRequested',
  'PermitReturned',
]);
/** An operator opens the next run. */
const openings: ReadonlySet<Event['type']> = new Set([
  'WorkflowRetried',
  'WorkflowRestarted',
  'WorkflowReran',
  'WorkflowReopened',
]);
const workflowEnds: ReadonlySet<Event['type']> = new Set([
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowTimedOut',
  'WorkflowTerminated',
]);

export function verifyLog(
  workflowId: string,
  partition: number,
  events: readonly StoredEvent[],
  hash: Hash,
): readonly Violation[] {
  const violations: Violation[] = [];
  const report = (invariant: string, { event, offset }: StoredEvent, message: string): void => {
    violations.push({ invariant, workflowId, position: formatPosition(partition, offset), seq: event.seq, message });
  };
  let previousHash = '';
  let isEnded = false;
  const ended = new Set<string>();
  const scheduled = new Set<string>();
  for (const [index, stored] of events.entries()) {
    const { event, text } = stored;
    if (event.seq !== index + 1) report('I2', stored, `seq ${event.seq} stands where ${index + 1} belongs`);
    if (index === 0 && event.type !== (isLimitId(workflowId) ? 'LimitOpened' : 'WorkflowStarted'))
      report('I2', stored, `the history begins with ${event.type}`);
    const expected = expectedHash(text, previousHash, hash);
    if (expected !== event.hash)
      report('I26', stored, `the hash is ${event.hash}, its bytes and its predecessor give ${expected}`);
    previousHash = event.hash;
    if (openings.has(event.type)) isEnded = false;
    if (isEnded && !annotations.has(event.type)) report('I3', stored, `${event.type} follows the end of the workflow`);
    if (workflowEnds.has(event.type)) isEnded = true;
    verifyAttempt(stored, scheduled, ended, report);
  }
  return violations;
}

function verifyAttempt(
  stored: StoredEvent,
  scheduled: Set<string>,
  ended: Set<string>,
  report: (invariant: string, stored: StoredEvent, message: string) => void,
): void {
  const { event } = stored;
  switch (event.type) {
    case 'TaskScheduled':
    case 'RetryScheduled':
    case 'TaskSkipped':
      if (scheduled.has(event.data.taskId))
        report('I5', stored, `task ${event.data.taskId} is scheduled a second time`);
      scheduled.add(event.data.taskId);
      return;
    case 'TaskReopened':
      ended.delete(event.data.taskId);
      return;
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'TaskTimedOut':
    case 'TaskCanceled':
      if (!scheduled.has(event.data.taskId))
        report('I4', stored, `task ${event.data.taskId} ends without having been scheduled`);
      if (ended.has(event.data.taskId)) report('I4', stored, `task ${event.data.taskId} ends a second time`);
      ended.add(event.data.taskId);
      return;
    default:
  }
}

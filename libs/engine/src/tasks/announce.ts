import type { Event, EventData, TaskStatus } from '@dacapo/contracts';
import { evaluateTemplate, ExpressionError, type Template } from '@dacapo/expressions';

import type { Flow } from '../flow/flow.js';
import type { Place } from '../flow/place.js';
import { scopeOf } from '../scope.js';
import { own, type TaskState, type WorkflowState } from '../state.js';

/** What is needed of a decision. */
interface Announcing {
  readonly state: WorkflowState;
  readonly flow: Flow;
  task(key: string): TaskState | undefined;
  placeOf(task: TaskState): Place;
  emit(type: 'StateChangePublished', data: EventData<'StateChangePublished'>): void;
}

/** Publishes what the task of an event has to say about the status that it has just entered. */
export function announce(decision: Announcing, event: Event): void {
  const status = enteredStatus(event);
  if (status === undefined || !('taskId' in event.data) || event.data.taskId === undefined) return;
  if (!decision.flow.announces) return;
  const { taskId } = event.data;
  const key = own(decision.state.references, taskId);
  const task = key === undefined ? undefined : decision.task(key);
  if (task === undefined) return;
  const place = decision.placeOf(task);
  for (const { type, payload } of place.node.announcements?.get(status) ?? [])
    decision.emit('StateChangePublished', { taskId, status, type, payload: resolved(decision.state, place, payload) });
}

function enteredStatus(event: Event): TaskStatus | undefined {
  switch (event.type) {
    case 'TaskScheduled':
    case 'RetryScheduled':
      return event.data.status ?? 'SCHEDULED';
    case 'TaskStarted':
      return 'IN_PROGRESS';
    case 'TaskProgressed':
      // A task of the server stays where it was.
      return event.data.status === 'SCHEDULED' ? 'SCHEDULED' : undefined;
    case 'TaskReopened':
      return 'IN_PROGRESS';
    case 'TaskCompleted':
    case 'TaskFailed':
      return event.data.status;
    case 'TaskTimedOut':
      return event.data.status ?? 'TIMED_OUT';
    case 'TaskCanceled':
      return 'CANCELED';
    case 'TaskSkipped':
      return 'SKIPPED';
    default:
      return undefined;
  }
}

function resolved(state: WorkflowState, place: Place, payload: Template): Readonly<Record<string, unknown>> {
  try {
    return evaluateTemplate(payload, scopeOf(state, place)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    // What is told of a task must not decide its fate.
    if (!(error instanceof ExpressionError)) throw error;
    return { 'dacapo.payload_error': error.message };
  }
}

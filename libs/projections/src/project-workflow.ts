/** "How does this workflow stand?" One document per workflow, folded from its events. A document given in is never changed. */
import { type Event, type EventNamed, invariant, type WorkflowDocument } from '@dacapo/contracts';

/** Where an event stands in the log. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export function projectWorkflow(document: WorkflowDocument | undefined, event: Event, place: Place): WorkflowDocument {
  if (event.type === 'WorkflowStarted') return started(event, place);
  invariant(document !== undefined, `I21 event ${event.seq} of workflow ${event.workflowId} meets a document`);
  return { ...document, ...change(document, event), seq: event.seq, lastOffset: place.offset };
}

function started(
  { workflowId, time, seq, data }: EventNamed<'WorkflowStarted'>,
  { partition, offset }: Place,
): WorkflowDocument {
  const {
    definition,
    name,
    version,
    input,
    variables,
    correlationId,
    priority = 0,
    taskToDomain,
    parent,
    event,
    idempotencyKey,
  } = data;
  return {
    workflowId,
    seq,
    partition,
    firstOffset: offset,
    lastOffset: offset,
    name,
    version,
    definition,
    status: 'RUNNING',
    createTime: time,
    updateTime: time,
    input,
    output: {},
    variables,
    priority,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(taskToDomain === undefined ? {} : { taskToDomain }),
    ...(parent === undefined ? {} : { parent }),
    ...(event === undefined ? {} : { event }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    failedReferenceTaskNames: [],
    failedTaskNames: [],
  };
}

type Change = Partial<WorkflowDocument>;

function change(document: WorkflowDocument, event: Event): Change {
  switch (event.type) {
    case 'WorkflowPaused':
      return { status: 'PAUSED', updateTime: event.time };
    case 'WorkflowResumed':
      return { status: 'RUNNING', updateTime: event.time, lastRetriedTime: event.time };
    case 'WorkflowRetried':
    case 'WorkflowReopened':
      return reopened(event.time);
    case 'WorkflowReran':
      return reran(event);
    case 'WorkflowRestarted':
      return restarted(event);
    case 'WorkflowRemoved':
      return { isRemoved: true, ...(event.data.archived ? { isArchived: true } : {}), updateTime: event.time };
    case 'WorkflowCompleted':
      return { status: 'COMPLETED', ...ended(event), reason: event.data.reason, ...failedNames(event.data) };
    case 'WorkflowFailed':
      return { status: 'FAILED', ...ended(event), ...failure(event) };
    case 'WorkflowTimedOut':
      return { status: 'TIMED_OUT', ...ended(event), ...failure(event) };
    case 'WorkflowTerminated':
      return { status: 'TERMINATED', ...ended(event), ...failure(event) };
    case 'WorkflowQuarantined':
      return { status: 'QUARANTINED', reason: event.data.reason, updateTime: event.time };
    case 'VariablesSet':
      return { variables: { ...document.variables, ...event.data.variables }, updateTime: event.time };
    case 'FailureWorkflowRefused':
      return { output: { ...document.output, 'conductor.failure_workflow': refusal(event) } };
    case 'WorkflowPermitRequested':
      return {
        ...(event.data.policy === 'TAKE' ? {} : { rateLimited: true }),
        rateLimitKey: event.data.key,
        updateTime: event.time,
      };
    case 'WorkflowPermitGranted':
      return { rateLimited: undefined, updateTime: event.time };
    case 'PermitReturned':
    case 'CommandRejected':
      return {};
    default:
      return { updateTime: event.time };
  }
}

function reopened(time: number): Change {
  return {
    status: 'RUNNING',
    updateTime: time,
    lastRetriedTime: time,
    endTime: undefined,
    reason: undefined,
    rateLimited: undefined,
  };
}

/** As a whole it begins anew: no task has failed yet. */
function reran({ time, data: { fromTaskId, input, correlationId } }: EventNamed<'WorkflowReran'>): Change {
  return {
    ...reopened(time),
    output: {},
    ...(input === undefined ? {} : { input }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(fromTaskId === undefined ? { failedReferenceTaskNames: [], failedTaskNames: [] } : {}),
  };
}

function restarted({ time, data: { variables, definition, version } }: EventNamed<'WorkflowRestarted'>): Change {
  return {
    ...reopened(time),
    createTime: time,
    lastRetriedTime: undefined,
    output: {},
    variables,
    failedReferenceTaskNames: [],
    failedTaskNames: [],
    ...(definition === undefined ? {} : { definition }),
    ...(version === undefined ? {} : { version }),
  };
}

function ended({
  time,
  data,
}:
  | EventNamed<'WorkflowCompleted'>
  | EventNamed<'WorkflowFailed'>
  | EventNamed<'WorkflowTimedOut'>
  | EventNamed<'WorkflowTerminated'>): Change {
  return { output: data.output, updateTime: time, endTime: time };
}

function failedNames({ failedReferenceTaskNames, failedTaskNames }: EventNamed<'WorkflowCompleted'>['data']): Change {
  return {
    ...(failedReferenceTaskNames === undefined ? {} : { failedReferenceTaskNames }),
    ...(failedTaskNames === undefined ? {} : { failedTaskNames }),
  };
}

function failure({
  data,
}: EventNamed<'WorkflowFailed'> | EventNamed<'WorkflowTimedOut'> | EventNamed<'WorkflowTerminated'>): Change {
  return {
    reason: data.reason,
    failedReferenceTaskNames: data.failedReferenceTaskNames,
    failedTaskNames: data.failedTaskNames,
  };
}

function refusal({ data }: EventNamed<'FailureWorkflowRefused'>): string {
  return `Error workflow ${data.name} failed to start.  reason: ${data.reason}`;
}

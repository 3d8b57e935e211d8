/** "How does this task stand?" One document per attempt, folded from the events that name it. */
import { type Event, type EventNamed, invariant, type TaskDocument, type TaskLog } from '@dacapo/contracts';

import type { Place } from './project-workflow.js';

/** The attempt whose document an event changes, if any. */
export function taskOf(event: Event): string | undefined {
  switch (event.type) {
    case 'TaskScheduled':
    case 'RetryScheduled':
    case 'TaskOffered':
    case 'TaskStarted':
    case 'TaskProgressed':
    case 'TaskLeaseExtended':
    case 'TaskLogged':
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'TaskTimedOut':
    case 'TaskCanceled':
    case 'TaskReopened':
    case 'TaskSkipped':
    case 'LoopIterated':
      return event.data.taskId;
    default:
      return undefined;
  }
}

type TaskEvent = Extract<
  Event,
  {
    readonly type:
      | 'TaskOffered'
      | 'TaskStarted'
      | 'TaskProgressed'
      | 'TaskLeaseExtended'
      | 'TaskLogged'
      | 'TaskCompleted'
      | 'TaskFailed'
      | 'TaskTimedOut'
      | 'TaskCanceled'
      | 'TaskReopened'
      | 'LoopIterated';
  }
>;

export function projectTask(document: TaskDocument | undefined, event: Event, place: Place): TaskDocument {
  if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled') return scheduled(event, place);
  if (event.type === 'TaskSkipped') return skipped(event, place);
  invariant(
    document !== undefined,
    `I21 event ${event.seq} of workflow ${event.workflowId} meets the document of its task`,
  );
  return { ...document, ...change(document, event as TaskEvent), seq: event.seq };
}

function scheduled(
  event: EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>,
  { partition }: Place,
): TaskDocument {
  const { data, workflowId, seq, time } = event;
  const delay = data.delaySeconds ?? 0;
  const retry = event.type === 'RetryScheduled' ? event.data : undefined;
  return {
    taskId: data.taskId,
    workflowId,
    seq,
    partition,
    taskSeq: data.taskSeq,
    referenceTaskName: data.referenceTaskName,
    taskType: data.taskType,
    taskDefName: data.taskDefName,
    status: data.status ?? 'SCHEDULED',
    input: data.input,
    output: {},
    retryCount: retry?.retryCount ?? 0,
    iteration: data.iteration ?? 0,
    pollCount: 0,
    scheduledTime: time,
    startTime: data.status === 'IN_PROGRESS' ? time : 0,
    endTime: 0,
    updateTime: time,
    firstStartTime: 0,
    retried: false,
    callbackAfterSeconds: retry === undefined ? callbackOf(data) : delay,
    startDelayInSeconds: delay,
    responseTimeoutSeconds: data.responseTimeoutSeconds ?? 0,
    ready: data.queue !== undefined && data.timers?.['offer'] === undefined,
    workflowType: data.workflowType ?? '',
    definition: data.definition ?? '',
    workflowPriority: data.workflowPriority ?? 0,
    ...(data.queue === undefined ? {} : { queue: data.queue }),
    ...(data.delivery === undefined ? {} : { delivery: data.delivery }),
    ...(data.domain === undefined ? {} : { domain: data.domain }),
    ...(data.domains === undefined ? {} : { domains: data.domains }),
    ...(data.correlationId === undefined ? {} : { correlationId: data.correlationId }),
    ...(retry === undefined ? {} : { retriedTaskId: retry.retriedTaskId }),
    ...(retry?.reasonForIncompletion === undefined ? {} : { reason: retry.reasonForIncompletion }),
  };
}

function skipped({ data, workflowId, seq, time }: EventNamed<'TaskSkipped'>, { partition }: Place): TaskDocument {
  const { taskId, taskSeq, referenceTaskName, taskType, taskDefName, input, output, correlationId } = data;
  return {
    taskId,
    workflowId,
    seq,
    partition,
    taskSeq,
    referenceTaskName,
    taskType,
    taskDefName,
    status: 'SKIPPED',
    input,
    output,
    retryCount: 0,
    iteration: 0,
    pollCount: 0,
    scheduledTime: time,
    startTime: time,
    endTime: time,
    updateTime: time,
    firstStartTime: 0,
    retried: false,
    callbackAfterSeconds: 0,
    startDelayInSeconds: 0,
    responseTimeoutSeconds: 0,
    ready: false,
    workflowType: data.workflowType ?? '',
    definition: data.definition ?? '',
    workflowPriority: 0,
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

/** A WAIT for a signal shows Conductor's "never" (contract 6.13). */
function callbackOf(data: EventNamed<'TaskScheduled'>['data']): number {
  return data.taskType === 'WAIT' && data.timers?.['wait'] === undefined ? 2_147_483_647 : 0;
}

type Change = { -readonly [K in keyof TaskDocument]?: TaskDocument[K] };

function change(document: TaskDocument, event: TaskEvent): Change {
  const updateTime = event.time;
  switch (event.type) {
    case 'TaskOffered':
      return { ready: document.status === 'SCHEDULED', updateTime };
    case 'TaskStarted':
      return started(document, event);
    case 'TaskProgressed': {
      const { status, callbackAfterSeconds = 0, timers } = event.data;
      const ready = document.queue !== undefined && status === 'SCHEDULED' && timers?.['offer'] === undefined;
      return { ...result(document, event), status, callbackAfterSeconds, ready };
    }
    case 'TaskLeaseExtended':
      return { updateTime };
    case 'TaskLogged':
      return { logs: [...(document.logs ?? []), { log: event.data.log, createdTime: event.time }] };
    case 'TaskCompleted':
    case 'TaskFailed':
      return ended(document, event, event.data.status);
    case 'TaskTimedOut':
      return ended(document, event, event.data.status ?? 'TIMED_OUT');
    case 'TaskCanceled':
      return ended(document, event, 'CANCELED');
    case 'TaskReopened':
      return reopened(document, event);
    case 'LoopIterated':
      return iterated(document, event);
    default:
      return event satisfies never;
  }
}

function reopened(document: TaskDocument, { data, time }: EventNamed<'TaskReopened'>): Change {
  const status = data.status ?? 'IN_PROGRESS';
  const isAnew = status === 'SCHEDULED';
  return {
    status,
    endTime: 0,
    updateTime: time,
    reason: undefined,
    retried: false,
    ready: isAnew && document.queue !== undefined && data.timers?.['offer'] === undefined,
    ...(data.input === undefined ? {} : { input: data.input }),
    ...(isAnew ? { output: {}, startTime: 0, scheduledTime: time, workerId: undefined, subWorkflowId: undefined } : {}),
  };
}

function iterated({ output }: TaskDocument, { data, time }: EventNamed<'LoopIterated'>): Change {
  const dropped = new Set(data.dropped);
  const kept =
    dropped.size === 0 ? output : Object.fromEntries(Object.entries(output).filter(([key]) => !dropped.has(key)));
  return { output: { ...kept, ...data.output, iteration: data.iteration }, updateTime: time };
}

function started(document: TaskDocument, { data, time }: EventNamed<'TaskStarted'>): Change {
  const startTime = document.startTime === 0 ? time : document.startTime;
  return {
    status: 'IN_PROGRESS',
    ready: false,
    startTime,
    updateTime: time,
    firstStartTime: document.firstStartTime === 0 ? time : document.firstStartTime,
    callbackAfterSeconds: 0,
    pollCount: document.pollCount + (data.subWorkflowId === undefined ? 1 : 0),
    ...(data.workerId === undefined ? {} : { workerId: data.workerId }),
    ...(data.domain === undefined ? {} : { domain: data.domain === '' ? undefined : data.domain }),
    ...(data.subWorkflowId === undefined ? {} : { subWorkflowId: data.subWorkflowId }),
  };
}

type WithResult =
  | EventNamed<'TaskProgressed'>
  | EventNamed<'TaskCompleted'>
  | EventNamed<'TaskFailed'>
  | EventNamed<'TaskTimedOut'>
  | EventNamed<'TaskCanceled'>;

function result(document: TaskDocument, { data, time }: WithResult): Change {
  return {
    updateTime: time,
    // A result replaces the reason too.
    ...(data.output === undefined ? {} : { output: data.output, reason: undefined }),
    ...(data.workerId === undefined ? {} : { workerId: data.workerId }),
    ...(data.reasonForIncompletion === undefined ? {} : { reason: data.reasonForIncompletion }),
    ...(data.logs === undefined ? {} : { logs: logsOf(document, data.logs) }),
  };
}

function logsOf(document: TaskDocument, logs: readonly TaskLog[]): readonly TaskLog[] {
  return [...(document.logs ?? []), ...logs];
}

function ended(
  document: TaskDocument,
  event: Exclude<WithResult, EventNamed<'TaskProgressed'>>,
  status: TaskDocument['status'],
): Change {
  const retried = event.type !== 'TaskCompleted' && event.data.retried === true;
  return { ...result(document, event), status, endTime: event.time, ready: false, retried };
}

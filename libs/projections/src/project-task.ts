/** "How does this task stand?" One document per attempt, folded from the events that name it. */
import { type Event, type EventNamed, invariant, type TaskDocument, type TaskLog } from '@dacapo/contracts';

import type { Place } from './project-workflow.js';

/** The attempts whose documents an event changes. */
export function tasksOf(event: Event): readonly string[] {
  if (event.type === 'TasksRemoved') return event.data.taskIds;
  const taskId = taskOf(event);
  return taskId === undefined ? [] : [taskId];
}

/** The one attempt whose document an event changes; undefined where there is none, or where there are several (TasksRemoved). */
export function taskOf(event: Event): string | undefined {
  switch (event.type) {
    case 'TaskScheduled':
    case 'RetryScheduled':
    case 'PermitRequested':
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
    case 'TaskQueued':
    case 'TasksForked':
    case 'BranchEntered':
      return event.data.taskId;
    default:
      return undefined;
  }
}

type TaskEvent = Extract<
  Event,
  {
    readonly type:
      | 'PermitRequested'
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
      | 'LoopIterated'
      | 'TaskQueued'
      | 'TasksForked'
      | 'BranchEntered';
  }
>;

/** Outputs that belong to whoever folds several events in a row: they are changed in place, not copied for each turn of a loop. */
export type OwnOutputs = WeakSet<object>;

/**
 * The document after an event that `tasksOf` says it is about. The document given stays as it is, but for an output that is among `own`;
 * so only the last document of such a row is good to keep.
 */
export function projectTask(
  document: TaskDocument | undefined,
  event: Event,
  place: Place,
  own?: OwnOutputs,
): TaskDocument {
  if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled') return scheduled(event, place);
  if (event.type === 'TaskSkipped') return skipped(event, place);
  invariant(
    document !== undefined,
    `I21 event ${event.seq} of workflow ${event.workflowId} meets the document of its task`,
  );
  if (event.type === 'TasksRemoved') return removed(document, event);
  return { ...document, ...change(document, event as TaskEvent, own), seq: event.seq };
}

/** The history keeps what it was; the document keeps that it is gone. */
function removed(document: TaskDocument, { seq, time }: EventNamed<'TasksRemoved'>): TaskDocument {
  const { logs: _, ...rest } = document;
  return { ...rest, input: {}, output: {}, ready: false, isRemoved: true, updateTime: time, seq };
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
    ...(data.scope === undefined ? {} : { scope: data.scope }),
    ...(data.fork === undefined ? {} : { fork: data.fork }),
    ...(data.queue === undefined ? {} : { queue: data.queue }),
    ...(data.delivery === undefined ? {} : { delivery: data.delivery }),
    ...(data.limited === true ? { limited: data.limited } : {}),
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
    iteration: data.iteration ?? 0,
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

function change(document: TaskDocument, event: TaskEvent, own: OwnOutputs | undefined): Change {
  const updateTime = event.time;
  switch (event.type) {
    case 'PermitRequested':
      return { ready: false, updateTime };
    case 'TaskOffered':
      return { ready: document.status === 'SCHEDULED', updateTime };
    case 'TaskStarted':
      return started(document, event);
    case 'TaskProgressed': {
      const { status, callbackAfterSeconds = 0, timers } = event.data;
      const ready = document.queue !== undefined && status === 'SCHEDULED' && timers?.['offer'] === undefined;
      return { ...result(document, event), status, callbackAfterSeconds, ready };
    }
    case 'TaskLeaseExtended': {
      const { workerId } = event.data;
      return { ...(workerId === undefined ? {} : { workerId }), updateTime };
    }
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
      return reopened(event);
    case 'LoopIterated':
      return iterated(document, event, own);
    case 'TaskQueued':
      return queued(event);
    case 'TasksForked':
      return forked(document, event);
    case 'BranchEntered': {
      const error = event.data.errors['catch'] ?? event.data.errors['try'];
      return { output: error === undefined ? {} : { error }, updateTime };
    }
    default:
      return event satisfies never;
  }
}

function reopened({ time }: EventNamed<'TaskReopened'>): Change {
  return { status: 'IN_PROGRESS', endTime: 0, updateTime: time, reason: undefined, retried: false, ready: false };
}

function iterated(
  document: TaskDocument,
  { data, time }: EventNamed<'LoopIterated'>,
  own: OwnOutputs | undefined,
): Change {
  const isOwn = own?.has(document.output) === true;
  const output: Record<string, unknown> = isOwn ? document.output : { ...document.output };
  own?.add(output);
  for (const key of data.dropped ?? []) delete output[key];
  Object.assign(output, data.output, { iteration: data.iteration });
  return { output, updateTime: time };
}

function queued({ data, time }: EventNamed<'TaskQueued'>): Change {
  const { queue, input, domain, domains, delivery, limited, responseTimeoutSeconds = 0, timers } = data;
  return {
    queue,
    input,
    responseTimeoutSeconds,
    ready: timers?.['offer'] === undefined,
    updateTime: time,
    ...(domain === undefined ? {} : { domain }),
    ...(domains === undefined ? {} : { domains }),
    ...(delivery === undefined ? {} : { delivery }),
    ...(limited === true ? { limited } : {}),
  };
}

function forked({ input }: TaskDocument, { data, time }: EventNamed<'TasksForked'>): Change {
  const before = (key: string): readonly unknown[] => (data.from === 0 ? [] : (input[key] as readonly unknown[]));
  const forkedTasks = [...before('forkedTasks'), ...data.tasks.map((task) => task['taskReferenceName'])];
  const forkedTaskDefs = [...before('forkedTaskDefs'), ...data.tasks];
  return { input: { ...input, forkedTasks, forkedTaskDefs }, updateTime: time };
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
  return {
    ...result(document, event),
    status,
    endTime: event.time,
    ready: false,
    retried,
    ...(event.type === 'TaskFailed' && event.data.noChild === true ? { subWorkflowId: undefined } : {}),
  };
}

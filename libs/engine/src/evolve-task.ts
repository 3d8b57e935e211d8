/** What is true of a task after an event (evolve.ts). */
import type { Event, EventData, EventNamed, TaskStatus } from '@dacapo/contracts';

import { awaitBranches, countDown, countUp } from './evolve-joins.js';
import { own, type TaskState, type WorkflowState } from './state.js';

/** What a rerun, a restart or `keepLastN` takes out of the view is forgotten here too; the log keeps it. */
export function removeTasks(state: WorkflowState, taskIds: readonly string[]): void {
  for (const taskId of taskIds) {
    const key = own(state.references, taskId);
    const task = key === undefined ? undefined : own(state.tasks, key);
    delete state.references[taskId];
    if (key === undefined || task?.taskId !== taskId) continue;
    endEvaluation(state, task);
    close(state, task);
    delete state.tasks[key];
    delete state.awaited[key];
    if (task.node !== undefined && own(state.latest, task.node) === key) delete state.latest[task.node];
  }
}

export function skip(state: WorkflowState, { data, time }: EventNamed<'TaskSkipped'>): void {
  const { taskId, referenceTaskName, taskType, taskDefName, taskSeq, input, output } = data;
  state.tasks[referenceTaskName] = {
    taskId,
    referenceTaskName,
    taskType,
    taskDefName,
    taskSeq,
    status: 'SKIPPED',
    input,
    output,
    retryCount: 0,
    iteration: 0,
    scheduledTime: time,
    firstScheduledTime: time,
    startTime: time,
    updateTime: time,
    endTime: time,
    startDelaySeconds: 0,
    callbackAfterSeconds: 0,
    pollCount: 0,
    ready: false,
    retried: false,
    timers: {},
  };
  state.references[taskId] = referenceTaskName;
  state.taskCount = taskSeq;
}

export function schedule(
  state: WorkflowState,
  event: EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>,
): void {
  const { data, time } = event;
  const previous = event.type === 'RetryScheduled' ? own(state.tasks, data.referenceTaskName) : undefined;
  if (previous !== undefined) previous.retried = true;
  const delay = data.delaySeconds ?? 0;
  const task: TaskState = {
    taskId: data.taskId,
    referenceTaskName: data.referenceTaskName,
    taskType: data.taskType,
    taskDefName: data.taskDefName,
    taskSeq: data.taskSeq,
    status: data.status ?? 'SCHEDULED',
    input: data.input,
    output: {},
    retryCount: event.type === 'RetryScheduled' ? event.data.retryCount : 0,
    iteration: data.iteration ?? 0,
    scheduledTime: time,
    firstScheduledTime: previous?.firstScheduledTime ?? time,
    startTime: data.status === 'IN_PROGRESS' ? time : 0,
    updateTime: time,
    endTime: 0,
    startDelaySeconds: delay,
    callbackAfterSeconds: event.type === 'RetryScheduled' ? delay : 0,
    pollCount: 0,
    ready: data.queue !== undefined && data.timers?.['offer'] === undefined,
    retried: false,
    timers: { ...data.timers },
  };
  if (data.queue !== undefined) task.queue = data.queue;
  if (data.domain !== undefined) task.domain = data.domain;
  if (data.domains !== undefined) task.domains = data.domains;
  if (data.delivery !== undefined) task.delivery = data.delivery;
  if (event.type === 'RetryScheduled' && event.data.reasonForIncompletion !== undefined)
    task.reason = event.data.reasonForIncompletion;
  if (data.fork !== undefined) task.fork = data.fork;
  if (data.scope !== undefined) {
    task.scope = data.scope;
    task.node = data.referenceTaskName.slice(0, -data.scope.length);
    state.latest[task.node] = data.referenceTaskName;
  }
  state.tasks[task.referenceTaskName] = task;
  state.references[task.taskId] = task.referenceTaskName;
  state.taskCount = task.taskSeq;
  state.lastTask = task.referenceTaskName;
  open(state, task);
  if (task.taskType === 'JOIN') awaitBranches(state, task);
}

type TaskEvent = Exclude<
  Extract<Event, { readonly data: { readonly taskId: string } }>,
  EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>
>;

export function applyToTask(state: WorkflowState, event: TaskEvent): void {
  const reference = own(state.references, event.data.taskId);
  const task = reference === undefined ? undefined : own(state.tasks, reference);
  if (task === undefined || task.taskId !== event.data.taskId) return;
  task.updateTime = event.time;
  switch (event.type) {
    case 'TaskOffered':
      task.ready = true;
      delete task.timers['offer'];
      Object.assign(task.timers, event.data.timers);
      return;
    case 'TaskStarted':
      return startTask(task, event);
    case 'TaskProgressed':
      return progressTask(task, event);
    case 'TaskLeaseExtended':
      Object.assign(task.timers, event.data.timers);
      return;
    case 'TaskCompleted':
    case 'TaskFailed':
      return endTask(state, task, event.data.status, event);
    case 'TaskTimedOut':
      return endTask(state, task, event.data.status ?? 'TIMED_OUT', event);
    case 'TaskCanceled':
      return endTask(state, task, 'CANCELED', event);
    case 'TaskReopened':
      return reopenTask(state, task, event);
    case 'LoopIterated':
      return iterate(task, event.data);
    case 'EvaluationRequested':
      task.isEvaluating = true;
      state.evaluating += 1;
      return;
    case 'EvaluationRecorded':
      return endEvaluation(state, task);
    case 'TaskDefsRecorded':
      task.taskDefs = event.data.taskDefs;
      return;
    default:
      return;
  }
}

function reopenTask(state: WorkflowState, task: TaskState, { data, time }: EventNamed<'TaskReopened'>): void {
  task.status = data.status ?? 'IN_PROGRESS';
  task.endTime = 0;
  task.retried = false;
  if (data.input !== undefined) task.input = data.input;
  if (task.status === 'SCHEDULED') {
    task.output = {};
    task.startTime = 0;
    task.scheduledTime = time;
    delete task.workerId;
    delete task.subWorkflowId;
  }
  task.timers = { ...data.timers };
  task.ready = task.queue !== undefined && task.status === 'SCHEDULED' && task.timers['offer'] === undefined;
  delete task.reason;
  open(state, task);
  awaitBranches(state, task);
  countUp(state, task);
}

function iterate(task: TaskState, { iteration, output, dropped }: EventData<'LoopIterated'>): void {
  const shown: Record<string, unknown> = task.output;
  for (const key of dropped ?? []) delete shown[key];
  Object.assign(shown, output, { iteration });
}

function endEvaluation(state: WorkflowState, task: TaskState): void {
  if (task.isEvaluating !== true) return;
  delete task.isEvaluating;
  state.evaluating -= 1;
}

function startTask(task: TaskState, { data, time }: EventNamed<'TaskStarted'>): void {
  task.status = 'IN_PROGRESS';
  task.ready = false;
  if (task.startTime === 0) task.startTime = time;
  if (data.subWorkflowId === undefined) task.pollCount += 1;
  else task.subWorkflowId = data.subWorkflowId;
  task.callbackAfterSeconds = 0;
  if (data.workerId !== undefined) task.workerId = data.workerId;
  if (data.domain === '') delete task.domain;
  else if (data.domain !== undefined) task.domain = data.domain;
  delete task.timers['poll'];
  delete task.timers['offer'];
  Object.assign(task.timers, data.timers);
}

function progressTask(task: TaskState, { data }: EventNamed<'TaskProgressed'>): void {
  task.status = data.status;
  takeResult(task, data);
  task.callbackAfterSeconds = data.callbackAfterSeconds ?? 0;
  delete task.timers['response'];
  // The worker's word replaces a delay that was still running.
  delete task.timers['offer'];
  Object.assign(task.timers, data.timers);
  task.ready = task.queue !== undefined && data.status === 'SCHEDULED' && task.timers['offer'] === undefined;
}

function takeResult(
  task: TaskState,
  data: EventData<'TaskCompleted'> | EventData<'TaskProgressed'> | EventData<'TaskCanceled'>,
): void {
  if (data.output !== undefined) {
    task.output = data.output;
    // A result replaces all that stood there, the reason carried over from the attempt before too (contract 5.6).
    delete task.reason;
  }
  if (data.workerId !== undefined) task.workerId = data.workerId;
  if (data.reasonForIncompletion !== undefined) task.reason = data.reasonForIncompletion;
}

type TaskEnd =
  EventNamed<'TaskCompleted'> | EventNamed<'TaskFailed'> | EventNamed<'TaskTimedOut'> | EventNamed<'TaskCanceled'>;

function endTask(state: WorkflowState, task: TaskState, status: TaskStatus, event: TaskEnd): void {
  takeResult(task, event.data);
  task.status = status;
  task.endTime = event.time;
  task.ready = false;
  task.timers = {};
  task.retried = event.type !== 'TaskCompleted' && event.data.retried === true;
  if (status === 'FAILED' || status === 'FAILED_WITH_TERMINAL_ERROR') {
    if (!state.failedReferenceTaskNames.includes(task.referenceTaskName))
      state.failedReferenceTaskNames.push(task.referenceTaskName);
    if (!state.failedTaskNames.includes(task.taskDefName)) state.failedTaskNames.push(task.taskDefName);
  }
  endEvaluation(state, task);
  close(state, task);
  if (!task.retried) countDown(state, task.referenceTaskName);
  if (state.status === 'PAUSED') state.held.push(task.referenceTaskName);
}

function open(state: WorkflowState, task: TaskState): void {
  if (Object.hasOwn(state.open, task.referenceTaskName)) return;
  state.open[task.referenceTaskName] = true;
  state.openCount += 1;
}

function close(state: WorkflowState, task: TaskState): void {
  if (!Object.hasOwn(state.open, task.referenceTaskName)) return;
  delete state.open[task.referenceTaskName];
  state.openCount -= 1;
}

export function clearTimer(state: WorkflowState, timer: string): void {
  if (timer === 'workflow') {
    delete state.timeoutAt;
    return;
  }
  const separator = timer.indexOf(':');
  const reference = own(state.references, timer.slice(separator + 1));
  const task = reference === undefined ? undefined : own(state.tasks, reference);
  if (task !== undefined) delete task.timers[timer.slice(0, separator)];
}

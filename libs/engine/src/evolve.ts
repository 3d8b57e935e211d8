/**
 * What is true after an event. One exhaustive switch; it never throws on a known event, however odd the state.
 *
 * `evolve` owns the state that it is given and changes it in place: copying an execution of 10,000 tasks at every step would
 * make the work quadratic. Whoever wants to keep the old state clones it first.
 */
import { type Event, type EventData, type EventNamed, invariant, type TaskStatus } from '@dacapo/contracts';

import { isTaskOpen, own, type TaskState, type WorkflowState } from './state.js';

export function evolve(state: WorkflowState | undefined, event: Event): WorkflowState {
  if (event.type === 'WorkflowStarted') return advance(started(event), event);
  invariant(
    state !== undefined,
    `I2 ${event.type} (seq ${event.seq}) of workflow ${event.workflowId} comes before WorkflowStarted`,
  );
  apply(state, event);
  return advance(state, event);
}

function advance(state: WorkflowState, event: Event): WorkflowState {
  state.seq = event.seq;
  state.hash = event.hash;
  return state;
}

function started({ workflowId, time, data }: EventNamed<'WorkflowStarted'>): WorkflowState {
  const state: WorkflowState = {
    workflowId,
    seq: 0,
    hash: '',
    run: 0,
    status: 'RUNNING',
    name: data.name,
    version: data.version,
    definition: data.definition,
    createTime: time,
    lastRetriedTime: 0,
    input: data.input,
    output: {},
    variables: data.variables,
    priority: data.priority ?? 0,
    taskCount: 0,
    tasks: {},
    references: {},
    open: {},
    openCount: 0,
    awaited: {},
    held: [],
    failedReferenceTaskNames: [],
    failedTaskNames: [],
  };
  if (data.correlationId !== undefined) state.correlationId = data.correlationId;
  if (data.taskToDomain !== undefined) state.taskToDomain = data.taskToDomain;
  if (data.parent !== undefined) state.parent = data.parent;
  setWorkflowTimer(state, data.timers);
  return state;
}

function apply(state: WorkflowState, event: Event): void {
  switch (event.type) {
    case 'WorkflowPaused':
      state.status = 'PAUSED';
      return;
    case 'WorkflowResumed':
      state.status = 'RUNNING';
      state.lastRetriedTime = event.time;
      state.held = [];
      return setWorkflowTimer(state, event.data.timers);
    case 'WorkflowRetried':
      state.status = 'RUNNING';
      state.run = event.data.run;
      state.lastRetriedTime = event.time;
      state.held = [];
      delete state.reason;
      return setWorkflowTimer(state, event.data.timers);
    case 'WorkflowCompleted':
      return end(state, 'COMPLETED', event.data);
    case 'WorkflowFailed':
      return end(state, 'FAILED', event.data);
    case 'WorkflowTimedOut':
      return end(state, 'TIMED_OUT', event.data);
    case 'WorkflowTerminated':
      return end(state, 'TERMINATED', event.data);
    case 'WorkflowQuarantined':
      state.status = 'QUARANTINED';
      state.reason = event.data.reason;
      return;
    case 'VariablesSet':
      state.variables = { ...state.variables, ...event.data.variables };
      return;
    case 'TaskScheduled':
    case 'RetryScheduled':
      return schedule(state, event);
    case 'TaskOffered':
    case 'TaskStarted':
    case 'TaskProgressed':
    case 'TaskLeaseExtended':
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'TaskTimedOut':
    case 'TaskCanceled':
    case 'TaskReopened':
      return applyToTask(state, event);
    case 'TimerFired':
      return clearTimer(state, event.data.timer);
    case 'WorkflowStarted':
    case 'PartitionClaimed':
    case 'TaskLogged':
    case 'SignalForwarded':
    case 'TimeoutAlerted':
    case 'FailureWorkflowRequested':
    case 'FailureWorkflowRefused':
    case 'CommandRejected':
      return;
    default:
      return event satisfies never;
  }
}

function end(
  state: WorkflowState,
  status: WorkflowState['status'],
  data: EventData<'WorkflowFailed'> | EventData<'WorkflowCompleted'>,
): void {
  state.status = status;
  state.output = data.output;
  if (data.reason === undefined) delete state.reason;
  else state.reason = data.reason;
  delete state.timeoutAt;
  if (data.failedReferenceTaskNames !== undefined) state.failedReferenceTaskNames = [...data.failedReferenceTaskNames];
  if (data.failedTaskNames !== undefined) state.failedTaskNames = [...data.failedTaskNames];
}

function setWorkflowTimer(state: WorkflowState, timers: Readonly<Record<string, number>> | undefined): void {
  const due = timers?.['workflow'];
  if (due === undefined) delete state.timeoutAt;
  else state.timeoutAt = due;
}

function schedule(state: WorkflowState, event: EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>): void {
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
  if (data.delivery !== undefined) task.delivery = data.delivery;
  if (event.type === 'RetryScheduled' && event.data.reasonForIncompletion !== undefined)
    task.reason = event.data.reasonForIncompletion;
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

function applyToTask(state: WorkflowState, event: TaskEvent): void {
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
      task.status = 'IN_PROGRESS';
      task.endTime = 0;
      delete task.reason;
      open(state, task);
      awaitBranches(state, task);
      return countUp(state, task);
    default:
      return;
  }
}

function startTask(task: TaskState, { data, time }: EventNamed<'TaskStarted'>): void {
  task.status = 'IN_PROGRESS';
  task.ready = false;
  if (task.startTime === 0) task.startTime = time;
  if (data.subWorkflowId === undefined) task.pollCount += 1;
  else task.subWorkflowId = data.subWorkflowId;
  task.callbackAfterSeconds = 0;
  if (data.workerId !== undefined) task.workerId = data.workerId;
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

/** Enters a JOIN into the index of those that wait for each of its branches. */
function awaitBranches(state: WorkflowState, join: TaskState): void {
  const joinOn = join.input['joinOn'];
  if (join.taskType !== 'JOIN' || !Array.isArray(joinOn)) return;
  join.waitsFor = 0;
  for (const reference of new Set(joinOn.map(String))) {
    const branch = own(state.tasks, reference);
    if (branch === undefined || isTaskOpen(branch.status) || branch.retried) join.waitsFor += 1;
    // Whoever has ended may be opened again.
    const waiting = own(state.awaited, reference);
    if (waiting === undefined) state.awaited[reference] = [join.referenceTaskName];
    else if (!waiting.includes(join.referenceTaskName)) waiting.push(join.referenceTaskName);
  }
}

/** A JOIN that was opened again before one of its branches (a JOIN inside of it) had counted it as ended. */
function countUp(state: WorkflowState, branch: TaskState): void {
  for (const joinReference of own(state.awaited, branch.referenceTaskName) ?? []) {
    const join = own(state.tasks, joinReference);
    if (join?.waitsFor !== undefined && isTaskOpen(join.status)) join.waitsFor += 1;
  }
}

function countDown(state: WorkflowState, reference: string): void {
  for (const joinReference of own(state.awaited, reference) ?? []) {
    const join = own(state.tasks, joinReference);
    if (join?.waitsFor !== undefined && isTaskOpen(join.status)) join.waitsFor -= 1;
  }
}

function clearTimer(state: WorkflowState, timer: string): void {
  if (timer === 'workflow') {
    delete state.timeoutAt;
    return;
  }
  const separator = timer.indexOf(':');
  const reference = own(state.references, timer.slice(separator + 1));
  const task = reference === undefined ? undefined : own(state.tasks, reference);
  if (task !== undefined) delete task.timers[timer.slice(0, separator)];
}

/** What is true of a task after an event (evolve.ts). */
import type { Event, EventData, EventNamed, TaskStatus } from '@dacapo/contracts';

import { awaitBranches, countDown, countUp } from './joins.js';
import { fork, queue, takeTaskDefs } from './forks.js';
import { forgetLatest, noteLatest } from './scopes.js';
import { dropPermit, evolvePermits, holdPermit } from './permits.js';
import { isBuiltIn } from '../tasks/built-in-types.js';
import { own, type TaskState, type WorkflowState } from '../state.js';
import { waiterTypes } from '../types.js';
import { TimerIndex } from './timer-index.js';

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
    forgetLatest(state, task);
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
    iteration: data.iteration ?? 0,
    ...(data.scope === undefined ? {} : { scope: data.scope, node: referenceTaskName.slice(0, -data.scope.length) }),
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
  countDown(state, referenceTaskName);
}

export function schedule(
  state: WorkflowState,
  event: EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>,
): void {
  const { data, time } = event;
  const previous = event.type === 'RetryScheduled' ? own(state.tasks, data.referenceTaskName) : undefined;
  // A JOIN had counted it as ended, unless the next attempt was owed.
  if (previous?.retried === false) countUp(state, previous);
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
  if (previous?.taskDefs !== undefined) task.taskDefs = previous.taskDefs;
  if (data.fork !== undefined) task.fork = data.fork;
  if (data.scope !== undefined) {
    task.scope = data.scope;
    task.node = data.referenceTaskName.slice(0, -data.scope.length);
    noteLatest(state, task);
    if (previous !== undefined) (task.earlier = previous.earlier ?? []).push(previous.taskId);
  }
  state.tasks[task.referenceTaskName] = task;
  state.references[task.taskId] = task.referenceTaskName;
  state.taskCount = task.taskSeq;
  state.lastTask = task.referenceTaskName;
  open(state, task);
  awaitBranches(state, task);
  TimerIndex.note(state, task, data.timers);
}

type TaskEvent = Exclude<
  Extract<Event, { readonly data: { readonly taskId: string } }>,
  EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>
>;

export function applyToTask(state: WorkflowState, event: TaskEvent): void {
  const reference = own(state.references, event.data.taskId);
  const task = reference === undefined ? undefined : own(state.tasks, reference);
  if (task === undefined || task.taskId !== event.data.taskId) return;
  if (!isOurs(event)) task.updateTime = event.time;
  switch (event.type) {
    case 'PermitRequested':
      task.ready = false;
      return evolvePermits(state, event);
    case 'TaskOffered':
      // With its permit to its worker, or back to the queue to ask anew.
      if (task.delivery === 'kafka') holdPermit(state, task.taskId);
      else dropPermit(state, task.taskId);
      task.ready = true;
      delete task.timers['offer'];
      return setTimers(state, task, event.data.timers);
    case 'TaskStarted':
      holdPermit(state, task.taskId);
      return startTask(state, task, event);
    case 'TaskProgressed':
      return progressTask(state, task, event);
    case 'TaskLeaseExtended':
      return extendLease(state, task, event.data);
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
    case 'BranchEntered':
      return enterBranch(task, event.data);
    case 'EvaluationRequested':
      task.evaluating = event.seq;
      if (task.waitsFor !== undefined) task.waitedFor = task.waitsFor;
      state.evaluating += 1;
      return;
    case 'EvaluationRecorded':
      return endEvaluation(state, task);
    case 'TaskDefsRequested':
      task.lookUps = (task.lookUps ?? 0) + 1;
      return;
    case 'TaskDefsRecorded':
      return takeTaskDefs(task, event.data);
    case 'CachedOutputRequested':
      task.isCacheAsked = true;
      return;
    case 'CachedOutputRecorded':
      delete task.isCacheAsked;
      return;
    case 'TaskQueued':
      queue(task, event.data);
      return setTimers(state, task, event.data.timers);
    case 'TasksForked':
      return fork(state, task, event.data);
    default:
      return;
  }
}

/** Questions of the engine to its own runtime change nothing that a client sees. */
function isOurs({ type }: TaskEvent): boolean {
  return type.startsWith('Evaluation') || type.startsWith('TaskDefs') || type.startsWith('CachedOutput');
}

function reopenTask(state: WorkflowState, task: TaskState, { data }: EventNamed<'TaskReopened'>): void {
  task.status = 'IN_PROGRESS';
  task.endTime = 0;
  task.retried = false;
  // The end of the workflow may have shown what grows on now.
  if (task.turn !== undefined) task.output = { ...task.output };
  task.timers = {};
  if (data.childRun !== undefined) task.childRun = data.childRun;
  delete task.reason;
  delete task.isPassedOver;
  open(state, task);
  setTimers(state, task, data.timers);
  awaitBranches(state, task);
  countUp(state, task);
}

function iterate(task: TaskState, { iteration, output, dropped }: EventData<'LoopIterated'>): void {
  const shown: Record<string, unknown> = task.output;
  for (const key of dropped ?? []) delete shown[key];
  Object.assign(shown, output, { iteration });
  task.turn = iteration;
}

/** While a TRY is at it, its output says what failed last. */
function enterBranch(task: TaskState, { branch, errors }: EventData<'BranchEntered'>): void {
  task.branch = { name: branch, errors };
  const error = errors['catch'] ?? errors['try'];
  task.output = error === undefined ? {} : { error };
}

function endEvaluation(state: WorkflowState, task: TaskState): void {
  if (task.evaluating === undefined) return;
  delete task.evaluating;
  state.evaluating -= 1;
}

function startTask(state: WorkflowState, task: TaskState, { data, time }: EventNamed<'TaskStarted'>): void {
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
  setTimers(state, task, data.timers);
}

/** Whoever speaks for a worker's task has it: the gateway does not hold it any more. */
function extendLease(
  state: WorkflowState,
  task: TaskState,
  { workerId, timers }: EventData<'TaskLeaseExtended'>,
): void {
  if (workerId !== undefined) task.workerId = workerId;
  if (!isBuiltIn(task)) delete task.timers['lease'];
  setTimers(state, task, timers);
}

function progressTask(state: WorkflowState, task: TaskState, { data }: EventNamed<'TaskProgressed'>): void {
  task.status = data.status;
  takeResult(task, data);
  task.callbackAfterSeconds = data.callbackAfterSeconds ?? 0;
  delete task.timers['response'];
  delete task.timers['lease'];
  // The worker's word replaces a delay that was still running.
  delete task.timers['offer'];
  setTimers(state, task, data.timers);
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
  delete task.lookUps;
  delete task.isCacheAsked;
  delete task.forkInput;
  task.retried = event.type !== 'TaskCompleted' && event.data.retried === true;
  if (event.type === 'TaskCanceled' && event.data.passedOver === true) task.isPassedOver = true;
  endChild(task, event);
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

function setTimers(state: WorkflowState, task: TaskState, timers: Readonly<Record<string, number>> | undefined): void {
  Object.assign(task.timers, timers);
  TimerIndex.note(state, task, timers);
}

/** Its child's next word counts only if it comes from a later run. */
function endChild(task: TaskState, event: TaskEnd): void {
  if (task.subWorkflowId === undefined) return;
  task.childRun = Math.max(task.childRun ?? 0, event.data.childRun ?? 0) + 1;
  if (event.type === 'TaskFailed' && event.data.noChild === true) delete task.subWorkflowId;
}

function open(state: WorkflowState, task: TaskState): void {
  if (Object.hasOwn(state.open, task.referenceTaskName)) return;
  state.open[task.referenceTaskName] = true;
  state.openCount += 1;
  if (waiterTypes.has(task.taskType)) state.openWaiters += 1;
}

function close(state: WorkflowState, task: TaskState): void {
  if (!Object.hasOwn(state.open, task.referenceTaskName)) return;
  delete state.open[task.referenceTaskName];
  state.openCount -= 1;
  if (waiterTypes.has(task.taskType)) state.openWaiters -= 1;
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

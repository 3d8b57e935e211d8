/** What is true of a workflow as a whole after an event (evolve.ts). */
import type { EventData, EventNamed } from '@dacapo/contracts';

import type { WorkflowState } from '../state.js';

export function started({ workflowId, time, data }: EventNamed<'WorkflowStarted'>): WorkflowState {
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
    ...withoutTasks(),
  };
  if (data.correlationId !== undefined) state.correlationId = data.correlationId;
  if (data.taskToDomain !== undefined) state.taskToDomain = data.taskToDomain;
  if (data.parent !== undefined) state.parent = data.parent;
  if (data.idempotencyKey !== undefined) state.idempotencyKey = data.idempotencyKey;
  if (data.environment !== undefined) state.environment = data.environment;
  setWorkflowTimer(state, data.timers);
  return state;
}

export function end(
  state: WorkflowState,
  status: WorkflowState['status'],
  data: EventData<'WorkflowFailed'> | EventData<'WorkflowCompleted'>,
): void {
  state.status = status;
  state.output = data.output;
  // What had been put off is dropped like everything that was still to come.
  state.deferred = [];
  if (data.reason === undefined) delete state.reason;
  else state.reason = data.reason;
  delete state.timeoutAt;
  // Whoever opens it again follows everything once more.
  state.deferred = [];
  if (data.failedReferenceTaskNames !== undefined) state.failedReferenceTaskNames = [...data.failedReferenceTaskNames];
  if (data.failedTaskNames !== undefined) state.failedTaskNames = [...data.failedTaskNames];
}

export function setWorkflowTimer(state: WorkflowState, timers: Readonly<Record<string, number>> | undefined): void {
  const due = timers?.['workflow'];
  if (due === undefined) delete state.timeoutAt;
  else state.timeoutAt = due;
}

export function reopen(
  state: WorkflowState,
  { data, time }: EventNamed<'WorkflowRetried'> | EventNamed<'WorkflowReopened'> | EventNamed<'WorkflowReran'>,
): void {
  state.status = 'RUNNING';
  state.run = data.run;
  state.lastRetriedTime = time;
  state.held = [];
  // Whatever was put off follows from what has ended, which is looked at again.
  state.deferred = [];
  delete state.reason;
  delete state.rateLimited;
  setWorkflowTimer(state, data.timers);
}

/** What is still to follow from before the jump is passed over. */
export function jump(state: WorkflowState, { data }: EventNamed<'WorkflowJumped'>): void {
  state.run = data.run;
  state.deferred = [];
}

export function restart(state: WorkflowState, { data, time }: EventNamed<'WorkflowRestarted'>): void {
  Object.assign(state, {
    status: 'RUNNING',
    run: data.run,
    createTime: time,
    lastRetriedTime: 0,
    output: {},
    variables: data.variables,
  } satisfies Partial<WorkflowState>);
  forgetTasks(state);
  if (data.definition !== undefined) state.definition = data.definition;
  if (data.version !== undefined) state.version = data.version;
  delete state.reason;
  delete state.rateLimited;
  setWorkflowTimer(state, data.timers);
}

export function rerun(state: WorkflowState, event: EventNamed<'WorkflowReran'>): void {
  const { fromTaskId, input, correlationId } = event.data;
  reopen(state, event);
  state.output = {};
  if (input !== undefined) state.input = input;
  if (correlationId !== undefined) state.correlationId = correlationId;
  if (fromTaskId === undefined) forgetTasks(state);
}

/** A workflow that begins anew knows nothing of its earlier runs. */
function forgetTasks(state: WorkflowState): void {
  Object.assign(state, withoutTasks());
  delete state.lastTask;
  delete state.firstFork;
}

function withoutTasks() {
  return {
    taskCount: 0,
    tasks: {},
    references: {},
    open: {},
    openCount: 0,
    openWaiters: 0,
    awaited: {},
    held: [],
    deferred: [],
    latest: {},
    latestIn: {},
    evaluating: 0,
    failedReferenceTaskNames: [],
    failedTaskNames: [],
  } satisfies Partial<WorkflowState>;
}

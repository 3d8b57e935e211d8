/**
 * What is true after an event. One exhaustive switch; it never throws on a known event, however odd the state.
 *
 * `evolve` owns the state that it is given and changes it in place: copying an execution of 10,000 tasks at every step would
 * make the work quadratic. Whoever wants to keep the old state clones it first.
 */
import { type Event, invariant } from '@dacapo/contracts';

import { evolvePermits } from './evolve/permits.js';
import { applyToTask, clearTimer, removeTasks, schedule, skip } from './evolve/task.js';
import { end, jump, reopen, rerun, restart, setWorkflowTimer, started } from './evolve/workflow.js';
import type { WorkflowState } from './state.js';

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
    case 'WorkflowReopened':
      return reopen(state, event);
    case 'WorkflowRestarted':
      return restart(state, event);
    case 'WorkflowReran':
      return rerun(state, event);
    case 'WorkflowJumped':
      return jump(state, event);
    case 'WorkflowRemoved':
      state.isRemoved = true;
      return;
    case 'StepsDeferred':
      state.deferred.push(...event.data.steps);
      return;
    case 'StepsResumed':
      state.deferred.splice(0, event.data.count);
      return;
    case 'TaskSkipped':
      return skip(state, event);
    case 'TasksRemoved':
      return removeTasks(state, event.data.taskIds);
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
    case 'LoopIterated':
    case 'BranchEntered':
    case 'PermitRequested':
    case 'EvaluationRequested':
    case 'EvaluationRecorded':
    case 'TaskDefsRequested':
    case 'TaskDefsRecorded':
    case 'CachedOutputRequested':
    case 'CachedOutputRecorded':
    case 'TaskQueued':
    case 'TasksForked':
      return applyToTask(state, event);
    case 'WorkflowPermitRequested':
    case 'WorkflowPermitGranted':
    case 'PermitReturned':
      return evolvePermits(state, event);
    case 'TimerFired':
      return clearTimer(state, event.data.timer);
    case 'WorkflowStarted':
    case 'PartitionClaimed':
    case 'TaskLogged':
    case 'SignalForwarded':
    case 'TimeoutAlerted':
    case 'FailureWorkflowRequested':
    case 'FailureWorkflowRefused':
    case 'EventPublished':
    case 'StateChangePublished':
    case 'ChildRetryRequested':
    case 'ChildTerminationRequested':
    case 'CommandRejected':
    // Of the streams of limits (permits/).
    case 'LimitOpened':
    case 'LimitSet':
    case 'PermitGranted':
    case 'PermitTaken':
    case 'PermitQueued':
    case 'PermitRefused':
    case 'PermitOffered':
    case 'OfferLapsed':
    case 'PermitReleased':
      return;
    default:
      return event satisfies never;
  }
}

/** What comes back from the lane's own runtime: a decision that goes on, outcomes of scripts, definitions that were looked up. */
import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { limits } from '../limits.js';
import { completeTask } from '../tasks/attempt-end.js';
import { queueUp } from '../tasks/schedule.js';
import { taskOutputFault } from '../schemas.js';
import { operatorOf } from '../operators/index.js';
import { runAgenda } from '../flow/settle.js';
import { openTask } from './find-task.js';

/** Some of the steps that were put off; what is left over of them, or behind them, makes another command. */
export function continueWorkflow(decision: Decision): void {
  const { state } = decision;
  if (state.status !== 'RUNNING' || state.deferred.length === 0) {
    return decision.reject('NOTHING_TO_DO', `Workflow ${state.workflowId} has put nothing off`);
  }
  resumeDeferred(decision);
  runAgenda(decision);
}

export function resumeDeferred(decision: Decision): void {
  const steps = decision.state.deferred.slice(0, limits.stepsTakenUp);
  if (steps.length === 0) return;
  decision.emit('StepsResumed', { count: steps.length });
  decision.takeUp(steps);
}

export function recordEvaluation(decision: Decision, { request, ...data }: CommandData<'RecordEvaluation'>): void {
  const task = openTask(decision, data.taskId);
  if (task === undefined) return;
  if (task.evaluating !== request) {
    return decision.reject('TASK_NOT_READY', `Task ${task.taskId} does not wait for script ${request}`, task.taskId);
  }
  decision.emit('EvaluationRecorded', data);
  const place = decision.placeOf(task);
  operatorOf(place.node.task.type).onEvaluated?.(decision, place, task, data.outcome);
  runAgenda(decision);
}

export function recordTaskDefs(decision: Decision, data: CommandData<'RecordTaskDefs'>): void {
  const task = openTask(decision, data.taskId);
  if (task === undefined) return;
  if (task.lookUps === undefined) {
    return decision.reject('TASK_NOT_READY', `Task ${task.taskId} waits for no definitions`, task.taskId);
  }
  // Where it stands before they are recorded: with them a DYNAMIC task becomes another.
  const place = decision.placeOf(task);
  decision.emit('TaskDefsRecorded', data);
  operatorOf(place.node.task.type).onTaskDefs?.(decision, place, task);
  runAgenda(decision);
}

/** A reused output must be what its task would accept now; otherwise it is done like any other. */
export function recordCachedOutput(decision: Decision, { taskId, output }: CommandData<'RecordCachedOutput'>): void {
  const task = openTask(decision, taskId);
  if (task === undefined) return;
  if (task.isCacheAsked !== true) {
    return decision.reject('TASK_NOT_READY', `Task ${taskId} waits for no output to reuse`, taskId);
  }
  const place = decision.placeOf(task);
  const reused = output !== undefined && taskOutputFault(decision.flow, place.node.taskDef, output) === undefined;
  decision.emit('CachedOutputRecorded', { taskId, reused });
  if (reused) completeTask(decision, task, { output });
  else queueUp(decision, place, task);
  runAgenda(decision);
}

/**
 * Opens an ended workflow as a whole, or at one task (contract 5.12). The task and what came after it are taken out of the view, and the
 * task is executed anew: under a new id, so that no worker's word about the old one can be mistaken for the new.
 */
import type { CommandData } from '@dacapo/contracts';

import { behind } from '../flow/behind.js';
import { shortName } from '../reactions/child-protocol.js';
import type { Decision } from '../decision.js';
import { operatorOf } from '../operators/index.js';
import { iterationOf, type Place } from '../flow/place.js';
import { reopenTryAt } from '../flow/reopen-tries.js';
import { allTaskIds, removeTasks, taskIdsOf } from '../flow/remove-tasks.js';
import { runAgenda } from '../flow/settle.js';
import { isEnded, isTaskSuccessful, own, type TaskState } from '../state.js';
import { reopenTask, tryAgain } from '../flow/try-again.js';
import { takePermit } from '../tasks/permit-requests.js';
import { beginFlow, workflowTimers } from './start-workflow.js';

type Request = CommandData<'RerunWorkflow'>;

export function rerunWorkflow(decision: Decision, request: Request): void {
  const { state } = decision;
  if (!isEnded(state.status)) {
    const text = `${shortName(state)}.${state.status}`;
    return decision.reject('WORKFLOW_OPEN', `Workflow: ${text} is not in terminal state, unable to rerun.`);
  }
  if (request.fromTaskId === undefined) return rerunAll(decision, request);
  const key = own(state.references, request.fromTaskId);
  const target = key === undefined ? undefined : own(state.tasks, key);
  if (target === undefined) return decision.reject('REQUEST_INVALID', `Task ${request.fromTaskId} not found`);
  if (target.status === 'SKIPPED' && !isReached(decision, decision.placeOf(target))) {
    const text = `Task ${target.referenceTaskName} was skipped before the workflow came to it, unable to rerun from it`;
    return decision.reject('REQUEST_INVALID', text);
  }
  rerunFrom(decision, request, target);
}

/** What stands around it has begun, and nothing that leads to it has held the flow up. */
function isReached(decision: Decision, place: Place): boolean {
  for (let around = decision.around(place); around !== undefined; around = decision.around(around)) {
    if (decision.task(around.key) === undefined) return false;
  }
  return Object.values(decision.state.tasks)
    .filter((task) => !isTaskSuccessful(task.status) && !isPassed(decision, task))
    .every((task) => !behind(decision, decision.placeOf(task))(place));
}

/** A permissive task that has failed by itself leads on; so does one that was jumped over. */
function isPassed(decision: Decision, task: TaskState): boolean {
  const isBorne = task.status !== 'CANCELED' && decision.placeOf(task).node.task.permissive;
  return isBorne || task.isPassedOver === true;
}

function rerunAll(decision: Decision, request: Request): void {
  const taskIds = allTaskIds(decision);
  open(decision, request);
  removeTasks(decision, taskIds);
  beginFlow(decision);
  runAgenda(decision);
}

function open(decision: Decision, { fromTaskId, input, correlationId }: Request): void {
  decision.emit('WorkflowReran', {
    run: decision.state.run + 1,
    ...(fromTaskId === undefined ? {} : { fromTaskId }),
    ...(input === undefined ? {} : { input }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...workflowTimers(decision.now, decision.flow.definition.timeoutSeconds),
  });
}

function rerunFrom(decision: Decision, request: Request, named: TaskState): void {
  const target = wholeOf(decision, named);
  const place = decision.placeOf(target);
  const removed = removedBy(decision, target, place);
  open(decision, request);
  takePermit(decision);
  removeTasks(decision, taskIdsOf(decision, removed));
  const reopened = reopenAround(decision, place);
  if (request.taskInput !== undefined && target === named) decision.giveInput(place.key, request.taskInput);
  const isJoin = /^(EXCLUSIVE_)?JOIN$/.test(place.node.task.type);
  if (!isJoin) decision.enter(place);
  tryAgain(decision, {
    resumeChildren: false,
    ...(target.isPassedOver === true ? { recalls: sharesStructure(decision, place) } : {}),
  });
  // It would see the failures that are tried again just now.
  if (isJoin) decision.enter(place);
  for (const key of reopened) decision.later('wake', key);
  runAgenda(decision);
}

/** The turns of a FOR_EACH have run beside each other: none of them can be gone back to alone, so the whole is executed again. */
function wholeOf(decision: Decision, named: TaskState): TaskState {
  let target = named;
  for (let around = decision.around(decision.placeOf(named)); around !== undefined; around = decision.around(around)) {
    if (around.node.task.type === 'FOR_EACH') target = decision.task(around.key) ?? target;
  }
  return target;
}

/** The keys of what goes, with all that is inside of it. */
function removedBy(decision: Decision, target: TaskState, place: Place): ReadonlySet<string> {
  const goes = target.subWorkflowId === undefined ? comesAfter(decision, target, place) : standsBehind(decision, place);
  const tasks = Object.values(decision.state.tasks);
  const gone = new Set(tasks.filter((task) => task === target || goes(task)).map((task) => task.referenceTaskName));
  for (const task of tasks) if (isInside(decision, decision.placeOf(task), gone)) gone.add(task.referenceTaskName);
  return gone;
}

function isInside(decision: Decision, place: Place, keys: ReadonlySet<string>): boolean {
  for (let around = decision.around(place); around !== undefined; around = decision.around(around)) {
    if (keys.has(around.key)) return true;
  }
  return false;
}

/** Beside a child workflow others go on, so there it is the order of the flow that counts. */
function standsBehind(decision: Decision, place: Place): (task: TaskState) => boolean {
  const isBehind = behind(decision, place);
  return (task) => isBehind(decision.placeOf(task));
}

/** In the order in which tasks came into being. What leads to the target stays, also if it was tried again after it. */
function comesAfter(decision: Decision, target: TaskState, place: Place): (task: TaskState) => boolean {
  return (task) => {
    if (task.taskSeq <= target.taskSeq) return false;
    return task.retryCount === 0 || !behind(decision, decision.placeOf(task))(place);
  };
}

/** A task that a jump had passed over comes back together with the rest of the structure that it is in, or that it is the JOIN of. */
function sharesStructure(decision: Decision, place: Place): (other: Place) => boolean {
  const whole = outermost(decision, place);
  return (other) => {
    const around = outermost(decision, other);
    return around.key === whole.key || decision.after(around)?.key === place.key;
  };
}

function outermost(decision: Decision, place: Place): Place {
  const around = decision.around(place);
  return around === undefined ? place : outermost(decision, around);
}

/** What stands around a task waits for it once more: a loop at its turn, and the JOIN of each fork. */
function reopenAround(decision: Decision, place: Place): readonly string[] {
  const reopened: string[] = [];
  for (let inner = place, around = decision.around(place); around !== undefined; around = decision.around(around)) {
    const join = around.node.task.type.startsWith('FORK_JOIN') ? decision.after(around) : undefined;
    if (join !== undefined && reopen(decision, join)) reopened.push(join.key);
    if (around.node.task.type === 'TRY') reopenTryAt(decision, around, inner);
    else if (reopen(decision, around)) {
      reopened.push(around.key);
      turnBack(decision, around, inner);
    }
    inner = around;
  }
  return reopened;
}

function reopen(decision: Decision, { node, key }: Place): boolean {
  const task = decision.task(key);
  if (operatorOf(node.task.type).reopens !== true || task === undefined || task.status === 'SKIPPED') return false;
  reopenTask(decision, key);
  return true;
}

/** A loop whose turns follow each other goes on with the turn of the task: those behind it are gone. */
function turnBack(decision: Decision, { node, key }: Place, { scope }: Place): void {
  const task = decision.task(key);
  if (task === undefined || node.body === undefined) return;
  const iteration = iterationOf(scope);
  const dropped = Object.keys(task.output).filter((name) => /^[1-9]\d*$/.test(name) && Number(name) >= iteration);
  decision.emit('LoopIterated', { taskId: task.taskId, iteration, ...(dropped.length === 0 ? {} : { dropped }) });
}

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
import { isEnded, own, type TaskState } from '../state.js';
import { reopenTask, tryAgain } from '../flow/try-again.js';
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
  rerunFrom(decision, request, target);
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
  removeTasks(decision, taskIdsOf(decision, removed));
  const reopened = reopenAround(decision, place);
  if (request.taskInput !== undefined && target === named) decision.giveInput(place.key, request.taskInput);
  decision.enter(place);
  tryAgain(decision, { resumeChildren: false });
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

/** The keys of what goes: by the order in which tasks came into being; beside a child workflow others go on, so there by the order of the flow. */
function removedBy(decision: Decision, target: TaskState, place: Place): ReadonlySet<string> {
  const isBehind = target.subWorkflowId === undefined ? undefined : behind(decision, place);
  const goes = (task: TaskState): boolean =>
    task === target || (isBehind === undefined ? task.taskSeq > target.taskSeq : isBehind(decision.placeOf(task)));
  return new Set(
    Object.values(decision.state.tasks)
      .filter(goes)
      .map(({ referenceTaskName }) => referenceTaskName),
  );
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
  const isReopened = operatorOf(node.task.type).reopens === true && decision.task(key) !== undefined;
  if (isReopened) reopenTask(decision, key);
  return isReopened;
}

/** A loop whose turns follow each other goes on with the turn of the task: those behind it are gone. */
function turnBack(decision: Decision, { node, key }: Place, { scope }: Place): void {
  const task = decision.task(key);
  if (task === undefined || node.body === undefined) return;
  const iteration = iterationOf(scope);
  const dropped = Object.keys(task.output).filter((name) => /^[1-9]\d*$/.test(name) && Number(name) >= iteration);
  decision.emit('LoopIterated', { taskId: task.taskId, iteration, ...(dropped.length === 0 ? {} : { dropped }) });
}

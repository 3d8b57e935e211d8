/**
 * FORK_JOIN_DYNAMIC: branches that are a value (contract 6.5; fork-styles.ts reads it). In order: the whole list is checked; the fork's task
 * is scheduled and records the list, in several events and decisions when it is long; the definitions of its tasks' names are looked up; then
 * the fork completes, and its branches and the JOIN behind begin. Each step is linear, and nothing of a branch happens before all are known.
 */
import { allTasks, parseForkedTasks, type Violation, type WorkflowTask } from '@dacapo/definitions';

import { completeTask } from '../tasks/attempt-end.js';
import { chunked } from '../chunks.js';
import type { Decision } from '../decision.js';
import { limits } from '../limits.js';
import type { Place } from '../flow/place.js';
import { reasons } from '../reasons.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import { isTaskOpen, type TaskState } from '../state.js';
import { isUserDefined } from '../types.js';
import { failWorkflow } from '../workflow/end.js';
import { type ForkPlan, notTasks, planOf } from './fork-styles.js';
import type { Operator, Retry } from './operator.js';

const branchesPerStep = 50;

export const forkJoinDynamic: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    if (place.node.next?.task.type !== 'JOIN') {
      const reason = 'Dynamic join definition is not followed by a join task.  Check the workflow definition.';
      return failWorkflow(decision, 'FAILED', reason);
    }
    const input = resolveInput(decision, place);
    const plan = planOf(place.node.task, input, isFirst(decision, place));
    const fault = 'fault' in plan ? plan.fault : faultOf(decision, place, plan);
    if ('fault' in plan || fault !== undefined) return failWorkflow(decision, 'FAILED', fault);
    schedule(decision, {
      place,
      taskType: 'FORK',
      input,
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(place.key);
    if (task !== undefined) record(decision, place, task, plan, 0);
  },

  onTaskDefs(decision: Decision, place: Place, task: TaskState): void {
    if (task.lookUps === undefined) complete(decision, place, task);
  },

  follow(decision: Decision, place: Place): void {
    decision.resume(place, 0);
  },

  /** It goes on recording its list from a task on or, when it has completed, beginning its branches, and at last the JOIN. */
  resume(decision: Decision, place: Place, from: number): void {
    const task = decision.task(place.key);
    if (task === undefined) return;
    if (isTaskOpen(task.status)) return goOnRecording(decision, place, task, from);
    const branches = task.input['forkedTasks'];
    if (!Array.isArray(branches)) return;
    const to = Math.min(from + branchesPerStep, branches.length);
    for (const reference of branches.slice(from, to)) {
      decision.enter(decision.place(String(reference), place.scope, place.key));
    }
    const join = decision.after(place);
    if (to < branches.length) decision.resume(place, to);
    else if (join !== undefined) decision.enter(join);
  },
};

function isFirst(decision: Decision, place: Place): boolean {
  const { firstFork } = decision.state;
  return firstFork === undefined || firstFork === place.key;
}

/** What is wrong with the list as a whole; undefined when nothing is. */
function faultOf(decision: Decision, place: Place, plan: ForkPlan): string | undefined {
  const { length } = plan.list;
  if (length > limits.forkedTasks) {
    return `Dynamic fork ${place.key} has ${length} tasks, more than the permissible limit: ${limits.forkedTasks}`;
  }
  const parsed = parseForkedTasks(plan.list.map((_, index) => plan.at(index)));
  if (!parsed.ok) return violationText(plan, parsed.violations);
  const characters = parsed.value.reduce((sum, task) => sum + task.taskReferenceName.length, 0);
  if (characters > limits.forkedReferenceCharacters) {
    return `Dynamic fork ${place.key} has reference names of ${characters} characters, more than the permissible limit: ${limits.forkedReferenceCharacters}`;
  }
  return clashOf(decision, place, parsed.value);
}

function violationText({ parameter, list }: ForkPlan, violations: readonly Violation[]): string {
  const isNoTask = violations.some(({ path }) => /^tasks\[\d+\](\.taskReferenceName)?$/.test(path));
  if (isNoTask) return notTasks(parameter, list);
  const [first] = violations;
  return `Input '${parameter}' is invalid. ${first?.path ?? ''}: ${first?.message ?? ''}`;
}

/** Conductor's words: the task is named as `name/reference`, the workflow as `name.version/id`. */
function clashOf(decision: Decision, { node, scope }: Place, branches: readonly WorkflowTask[]): string | undefined {
  const seen = new Set([node.reference, node.next?.reference]);
  for (const { task } of allTasks({ tasks: branches })) {
    const { name, taskReferenceName: reference } = task;
    if (seen.has(reference) || decision.task(reference + scope) !== undefined) {
      const { state } = decision;
      return (
        `No dynamic tasks could be created for the Workflow: ${state.name}.${state.version}/${state.workflowId}, ` +
        `Dynamic Fork Task: ${name}/${reference} attempted to create a duplicate task reference name: ${reference}`
      );
    }
    seen.add(reference);
  }
  return undefined;
}

/** The list from a task on, as much of it as one event holds. */
function record(decision: Decision, place: Place, task: TaskState, plan: ForkPlan, from: number): void {
  const { taskId } = task;
  const tasks: Record<string, unknown>[] = [];
  let index = from;
  for (let characters = 0; index < plan.list.length && characters < limits.listCharacters; index++) {
    // It was read when the fork began.
    const forked = plan.at(index) as Record<string, unknown>;
    tasks.push(forked);
    characters += JSON.stringify(forked).length;
  }
  decision.emit('TasksForked', { taskId, from, tasks });
  if (index < plan.list.length) decision.resume(place, index);
  else lookUp(decision, place, task);
}

function goOnRecording(decision: Decision, place: Place, task: TaskState, from: number): void {
  const plan = planOf(place.node.task, task.forkInput ?? task.input, isFirst(decision, place));
  if (!('fault' in plan)) record(decision, place, task, plan, from);
}

/** The names whose definitions no task of the list carries. */
function lookUp(decision: Decision, place: Place, task: TaskState): void {
  const names = new Set<string>();
  for (const { task: forked } of decision.nodesOf(place.key).values()) {
    if (forked.taskDefinition === undefined && forked.type !== 'DYNAMIC') names.add(forked.name);
  }
  if (names.size === 0) return complete(decision, place, task);
  for (const some of chunked([...names], limits.taskDefsPerRequest, limits.listCharacters)) {
    decision.emit('TaskDefsRequested', { taskId: task.taskId, names: some });
  }
}

/** A type of the users' own is nothing without a definition; other tasks are not retried then. */
function complete(decision: Decision, place: Place, task: TaskState): void {
  for (const { task: forked, taskDef } of decision.nodesOf(place.key).values()) {
    if (isUserDefined(forked.type) && taskDef === undefined) {
      return failWorkflow(decision, 'FAILED', reasons.unknownTask(forked.name));
    }
  }
  completeTask(decision, task, {});
}

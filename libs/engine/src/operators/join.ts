/**
 * JOIN: waits for the tasks named in `joinOn`, woken by each one's end; how many are missing is counted, not searched (contract 6.6). A failure
 * that nobody bears never reaches it: it ends the workflow, and the JOIN with it, or whoever is around them takes care of it. Behind a
 * dynamic fork it waits for the branches that the fork has made, whatever its definition says. `joinMode` changes nothing: a JOIN is never
 * polled, so there is no back-off to switch off. Its output is recorded when it ends, not while it waits. What else it may ask
 * for is join-condition.ts.
 */
import type { EvaluationOutcome, JsonObject } from '@dacapo/contracts';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { evaluateAtOnce, requestEvaluation } from '../tasks/evaluation.js';
import { limits } from '../limits.js';
import { type Place, placeOf } from '../flow/place.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import { isTaskOpen, isTaskSuccessful, outputNow, type TaskState } from '../state.js';
import { failWorkflow } from '../workflow/end.js';
import { conditionOf, verdictOf } from './join-condition.js';
import type { Operator, Retry } from './operator.js';

export const join: Operator = {
  reopens: true,

  enter(decision: Decision, place: Place, retry?: Retry): void {
    const input = inputOf(decision, place);
    const fault = faultOf(place, input.joinOn.length);
    if (fault !== undefined) return failWorkflow(decision, 'FAILED', fault);
    schedule(decision, {
      place,
      taskType: 'JOIN',
      input,
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    evaluate(decision, place);
  },

  onBranchEnd(decision: Decision, place: Place): void {
    evaluate(decision, place);
  },

  onEvaluated(decision: Decision, place: Place, task: TaskState, outcome: EvaluationOutcome): void {
    if (!judge(decision, task, outcome) && task.waitsFor !== task.waitedFor) evaluate(decision, place);
  },
};

interface JoinInput extends JsonObject {
  readonly joinOn: readonly string[];
}

/** Behind a dynamic fork: its branches, and the input as it is written (contract 6.5). */
function inputOf(decision: Decision, place: Place): JoinInput {
  const { node, scope, fork } = place;
  if (node.dynamicFork === undefined) {
    const joinOn = node.task.joinOn.map((reference) => decision.keyNear(place, reference));
    return { ...resolveInput(decision, place), joinOn };
  }
  const branches = decision.task(placeOf(node.dynamicFork, scope, fork).key)?.input['forkedTasks'];
  const joinOn = Array.isArray(branches) ? branches.map((reference) => `${String(reference)}${scope}`) : [];
  return { ...node.task.inputParameters, joinOn };
}

function faultOf({ node, key }: Place, branches: number): string | undefined {
  const condition = conditionOf(node.task);
  if (condition === undefined || 'statuses' in condition) return undefined;
  if ('fault' in condition) return condition.fault;
  if (branches <= limits.scriptedJoinTasks) return undefined;
  return `JOIN ${key} has a script and ${branches} tasks, more than the permissible limit: ${limits.scriptedJoinTasks}`;
}

function evaluate(decision: Decision, place: Place): void {
  const task = decision.task(place.key);
  if (task === undefined || !isTaskOpen(task.status) || task.waitsFor === undefined) return;
  if (task.waitsFor === 0) end(decision, place, task);
  else ask(decision, place, task);
}

/** The script, if it has one: what the small evaluator does not know goes to the sandbox, one question at a time. */
function ask(decision: Decision, { node }: Place, task: TaskState): void {
  const condition = conditionOf(node.task);
  if (condition === undefined || !('script' in condition) || task.evaluating !== undefined) return;
  const branches = branchesOf(decision, task);
  const seen = branches.map((branch) => [
    branch.referenceTaskName,
    { status: branch.status, output: outputNow(branch) },
  ]);
  const input = { ...Object.fromEntries(seen), joinOn: task.input['joinOn'] };
  const evaluation = { form: 'script', source: condition.script, input } as const;
  const outcome = evaluateAtOnce(decision, evaluation);
  if (outcome === undefined) requestEvaluation(decision, task, evaluation);
  else judge(decision, task, outcome);
}

/** Whether the script's word ends the JOIN. */
function judge(decision: Decision, task: TaskState, outcome: EvaluationOutcome): boolean {
  const verdict =
    outcome.kind === undefined ? verdictOf(outcome.value) : ({ is: 'failed', reason: outcome.message ?? '' } as const);
  if (verdict.is === 'wait') return false;
  const output = outputOf(branchesOf(decision, task));
  if (verdict.is === 'done') completeTask(decision, task, { output: { ...output, ...verdict.output } });
  else failTask(decision, task, 'FAILED', { output, reasonForIncompletion: verdict.reason });
  return true;
}

/** All have ended. */
function end(decision: Decision, place: Place, task: TaskState): void {
  const branches = branchesOf(decision, task);
  const failed = branches.filter((branch) => isFailure(place, branch));
  if (failed.length > 0) return fail(decision, task, branches, failed);
  const output = outputOf(branches);
  const flawed = branches.filter(({ status }) => status === 'COMPLETED_WITH_ERRORS' || !isTaskSuccessful(status));
  if (flawed.length === 0) return completeTask(decision, task, { output });
  const reasonForIncompletion = `${flawed.map((branch) => `${branch.taskDefName}/${branch.taskId}`).join(' ')} completed with errors`;
  completeTask(decision, task, { output, reasonForIncompletion }, 'COMPLETED_WITH_ERRORS');
}

function fail(decision: Decision, task: TaskState, branches: readonly TaskState[], failed: readonly TaskState[]): void {
  const status = failed.every((branch) => branch.status === 'CANCELED') ? 'CANCELED' : 'FAILED';
  const reasonForIncompletion = failed.map((branch) => branch.reason ?? '').join(' ');
  failTask(decision, task, status, { output: outputOf(branches), reasonForIncompletion });
}

function isFailure({ node }: Place, { status }: TaskState): boolean {
  const condition = conditionOf(node.task);
  if (condition !== undefined && 'statuses' in condition)
    return status !== 'SKIPPED' && !condition.statuses.has(status);
  return !isTaskSuccessful(status);
}

function branchesOf(decision: Decision, task: TaskState): readonly TaskState[] {
  const joinOn = task.input['joinOn'];
  if (!Array.isArray(joinOn)) return [];
  return joinOn.flatMap((reference) => decision.task(String(reference)) ?? []);
}

function outputOf(branches: readonly TaskState[]): JsonObject {
  return Object.fromEntries(
    branches
      .filter(({ output }) => Object.keys(output).length > 0)
      .map((branch) => [branch.referenceTaskName, outputNow(branch)]),
  );
}

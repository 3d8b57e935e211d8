/** What INLINE and LAMBDA have in common (contract 6.17): a script over the input, whose value is the task's output `result`. */
import type { EvaluationOutcome, JsonObject } from '@dacapo/contracts';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { type Evaluation, evaluateAtOnce, failureText, requestEvaluation } from '../tasks/evaluation.js';
import { limits } from '../limits.js';
import type { Place } from '../flow/place.js';
import { beginInLine, nextTaskId, resolveWorkerInput } from '../tasks/schedule.js';
import type { TaskState } from '../state.js';
import type { Operator, Retry } from './operator.js';

/** What is to be done with an input. */
export type ScriptPlan = { readonly evaluation: Evaluation } | { readonly value: unknown } | { readonly error: string };

export interface ScriptKind {
  readonly type: string;
  /** How a task ends whose script is none, or throws: the same would come of it again. */
  readonly onError: 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR';
  /** Settings that may stand in the task itself instead of in its input. */
  readonly settings: (place: Place) => JsonObject;
  readonly plan: (input: JsonObject) => ScriptPlan;
}

export function scriptTask(kind: ScriptKind): Operator {
  return {
    enter(decision: Decision, place: Place, retry?: Retry): void {
      const { previous } = retry ?? {};
      const resolved = resolveWorkerInput(decision, place, nextTaskId(decision, place, previous), previous);
      const input = { ...kind.settings(place), ...resolved };
      const task = beginInLine(
        decision,
        { place, taskType: kind.type, taskDefName: place.node.task.name, input },
        retry,
      );
      if (task !== undefined) run(decision, task, kind);
    },

    /** The delay of a retry is over. */
    onTimer(decision: Decision, _place: Place, task: TaskState): void {
      run(decision, task, kind);
    },

    onEvaluated(decision: Decision, _place: Place, task: TaskState, outcome: EvaluationOutcome): void {
      end(decision, task, kind, outcome);
    },
  };
}

function run(decision: Decision, task: TaskState, kind: ScriptKind): void {
  const plan = kind.plan(task.input);
  if ('error' in plan) return fail(decision, task, kind.onError, plan.error);
  if ('value' in plan) return end(decision, task, kind, { value: plan.value });
  const outcome = evaluateAtOnce(decision, plan.evaluation);
  if (outcome === undefined) requestEvaluation(decision, task, plan.evaluation, limits.scriptFuel);
  else end(decision, task, kind, outcome);
}

function end(decision: Decision, task: TaskState, kind: ScriptKind, outcome: EvaluationOutcome): void {
  if (outcome.kind === undefined) return completeTask(decision, task, { output: { result: asJson(outcome.value) } });
  // What ran out, or broke off, may have better luck: it is failed in a way that can be retried.
  fail(decision, task, outcome.kind === 'error' ? kind.onError : 'FAILED', failureText(outcome));
}

function fail(decision: Decision, task: TaskState, status: ScriptKind['onError'], message: string): void {
  failTask(decision, task, status, { reasonForIncompletion: message, output: { error: message } });
}

/** As it is read back from the log: NaN, say, is null there. */
function asJson(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** Blank when it is not a text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' && value.trim() !== '' ? value : '';
}

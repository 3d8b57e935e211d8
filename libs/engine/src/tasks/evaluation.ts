/**
 * Scripts of users (design 3.6). What the small evaluator knows is decided at once; the rest goes to the sandbox as a recorded effect, and
 * the operator hears of the outcome in `onEvaluated`.
 */
import type { EvaluationOutcome, JsonObject } from '@dacapo/contracts';
import { runScript } from '@dacapo/expressions';

import type { Decision } from '../decision.js';
import { scriptOf } from '../flow/flow.js';
import { limits } from '../limits.js';
import { reasons } from '../reasons.js';
import type { TaskState } from '../state.js';

export interface Evaluation {
  readonly form: 'script' | 'function-body';
  readonly source: string;
  /** What the script sees as `$`. */
  readonly input: JsonObject;
}

/** What the small evaluator makes of it; undefined when only the sandbox can tell: it also finds the words for a script that is none. */
export function evaluateAtOnce(decision: Decision, { form, source, input }: Evaluation): EvaluationOutcome | undefined {
  // The body of a function is a script of one call.
  const compiled = scriptOf(decision.flow, form === 'script' ? source : `(function () {${source}\n})()`);
  if (!compiled.ok) return undefined;
  const result = runScript(compiled.script, { $: input });
  return result.ok ? { value: result.value } : undefined;
}

/** Why there is no value. What the script itself threw, and what the server could not do, is told by the sandbox. */
export function failureText({ kind, message }: EvaluationOutcome): string {
  switch (kind) {
    case 'fuel':
      return reasons.scriptTooLong;
    case 'memory':
      return reasons.scriptTooMuchMemory;
    case 'size':
      return reasons.scriptResultTooLarge;
    case 'fault':
      return message ?? reasons.scriptFault;
    default:
      return message ?? '';
  }
}

/** Asks the sandbox; the task stays open until its outcome is recorded. */
export function requestEvaluation(
  decision: Decision,
  { taskId }: TaskState,
  evaluation: Evaluation,
  fuel: number = limits.conditionFuel,
): void {
  decision.emit('EvaluationRequested', { taskId, ...evaluation, fuel });
}

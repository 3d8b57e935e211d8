/** SWITCH: one of several lists, by the value of a parameter or of a script (contract 6.2). */
import type { EvaluationOutcome, JsonObject } from '@dacapo/contracts';
import { switchText } from '@dacapo/expressions';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { evaluateAtOnce, failureText, requestEvaluation } from '../tasks/evaluation.js';
import { caseOf, chosenList } from '../flow/flow.js';
import type { Place } from '../flow/place.js';
import { resolveInput } from '../tasks/schedule.js';
import { own, type TaskState } from '../state.js';
import { failWorkflow } from '../workflow/end.js';
import { beginChoice, followCase, withCase } from './cases.js';
import type { Operator, Retry } from './operator.js';

export const switchOperator: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { evaluatorType, expression = '' } = place.node.task;
    const input = resolveInput(decision, place);
    if (evaluatorType === 'value-param') {
      return choose(decision, place, input, switchText(own(input, expression), 'value-param'), retry);
    }
    if (evaluatorType !== 'javascript' && evaluatorType !== 'graaljs') {
      return failWorkflow(decision, 'FAILED', `No evaluator registered for type: ${evaluatorType ?? 'null'}`);
    }
    const evaluation = { form: 'script', source: expression, input } as const;
    const outcome = evaluateAtOnce(decision, evaluation);
    if (outcome !== undefined) {
      return choose(decision, place, input, switchText(outcome.value ?? null, 'script'), retry);
    }
    const task = beginChoice(decision, place, input, retry);
    if (task !== undefined) requestEvaluation(decision, task, evaluation);
  },

  onEvaluated(decision: Decision, _place: Place, task: TaskState, outcome: EvaluationOutcome): void {
    if (outcome.kind === undefined) select(decision, task, switchText(outcome.value ?? null, 'script'));
    else failTask(decision, task, 'FAILED', { reasonForIncompletion: failureText(outcome) });
  },

  follow(decision: Decision, place: Place, task: TaskState): void {
    // An optional SWITCH whose script failed has selected nothing.
    followCase(decision, place, chosenList(place.node, task.output));
  },

  onListEnd(decision: Decision, place: Place): void {
    decision.leave(place);
  },
};

function choose(decision: Decision, place: Place, input: JsonObject, selected: string, retry: Retry | undefined): void {
  const shown = withCase(input, selected, caseOf(place.node, selected));
  const task = beginChoice(decision, place, shown, retry);
  if (task !== undefined) select(decision, task, selected);
}

function select(decision: Decision, task: TaskState, selected: string): void {
  completeTask(decision, task, { output: { evaluationResult: [selected], selectedCase: selected } });
}

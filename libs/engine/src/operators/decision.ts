/** DECISION, the older form of SWITCH (contract 6.3): a case without tasks is no case, and a script that fails ends the workflow. */
import type { EvaluationOutcome, JsonObject } from '@dacapo/contracts';
import { switchText } from '@dacapo/expressions';

import { completeTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { evaluateAtOnce, requestEvaluation } from '../tasks/evaluation.js';
import type { Node } from '../flow/flow.js';
import type { Place } from '../flow/place.js';
import { resolveInput } from '../tasks/schedule.js';
import { own, type TaskState } from '../state.js';
import { failWorkflow } from '../workflow/end.js';
import { beginChoice, followCase, withCase } from './cases.js';
import type { Operator, Retry } from './operator.js';

export const decisionOperator: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { caseExpression, caseValueParam } = place.node.task;
    const input = resolveInput(decision, place);
    if (caseExpression === undefined || caseExpression.trim() === '') {
      return choose(decision, place, input, switchText(own(input, caseValueParam ?? ''), 'value-param'), retry);
    }
    const evaluation = { form: 'script', source: caseExpression, input } as const;
    const outcome = evaluateAtOnce(decision, evaluation);
    if (outcome !== undefined) {
      return choose(decision, place, input, switchText(outcome.value ?? null, 'script'), retry);
    }
    const task = beginChoice(decision, place, input, retry);
    if (task !== undefined) requestEvaluation(decision, task, evaluation);
  },

  onEvaluated(decision: Decision, place: Place, task: TaskState, outcome: EvaluationOutcome): void {
    if (outcome.kind === undefined) return select(decision, task, switchText(outcome.value ?? null, 'script'));
    const reason = `Error while evaluating script: ${place.node.task.caseExpression ?? ''}`;
    failWorkflow(decision, 'FAILED', reason, task);
  },

  follow(decision: Decision, place: Place, task: TaskState): void {
    const selected = (task.output['caseOutput'] as readonly unknown[] | undefined)?.[0];
    followCase(decision, place, typeof selected === 'string' ? firstOf(place.node, selected) : undefined);
  },

  onListEnd(decision: Decision, place: Place): void {
    decision.leave(place);
  },
};

function choose(decision: Decision, place: Place, input: JsonObject, selected: string, retry: Retry | undefined): void {
  const shown = withCase(input, selected, firstOf(place.node, selected));
  const task = beginChoice(decision, place, shown, retry);
  if (task !== undefined) select(decision, task, selected);
}

function select(decision: Decision, task: TaskState, selected: string): void {
  completeTask(decision, task, { output: { caseOutput: [selected] } });
}

function firstOf({ cases, otherwise }: Node, selected: string): Node | undefined {
  return cases.get(selected) ?? otherwise;
}

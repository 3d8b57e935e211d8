/** SWITCH: one of several lists, by the value of a parameter or of a script (contract 6.2). */
import { compileScript, runScript, switchText } from '@dacapo/expressions';

import { completeTask, failTask } from '../attempt-end.js';
import type { Decision } from '../decision.js';
import type { Node } from '../flow.js';
import { resolveInput, schedule } from '../schedule.js';
import { own, type TaskState } from '../state.js';
import { failWorkflow } from '../workflow-end.js';
import type { Operator, Retry } from './operator.js';

type Outcome =
  | { readonly value: unknown; readonly isScript: boolean }
  | { readonly error: string }
  | { readonly unknownEvaluator: string };

export const switchOperator: Operator = {
  enter(decision: Decision, node: Node, retry?: Retry): void {
    const input = resolveInput(decision, node);
    const outcome = evaluate(node, input);
    if ('unknownEvaluator' in outcome) {
      return failWorkflow(decision, 'FAILED', `No evaluator registered for type: ${outcome.unknownEvaluator}`);
    }
    const previous = retry === undefined ? {} : { previous: retry.previous };
    if ('error' in outcome) {
      schedule(decision, { node, taskType: 'SWITCH', input, status: 'IN_PROGRESS', ...previous });
      return failOf(decision, node, outcome.error);
    }
    const selected = switchText(outcome.value, outcome.isScript ? 'script' : 'value-param');
    const first = firstOf(node, selected);
    const shown = { ...input, case: selected, ...(first === undefined ? {} : { hasChildren: 'true' }) };
    schedule(decision, { node, taskType: 'SWITCH', input: shown, status: 'IN_PROGRESS', ...previous });
    const task = decision.task(node.reference);
    if (task === undefined) return;
    completeTask(decision, task, { output: { evaluationResult: [selected], selectedCase: selected } });
  },

  follow(decision: Decision, node: Node, task: TaskState): void {
    const selected = task.output['selectedCase'];
    // An optional SWITCH whose script failed has selected nothing.
    const first = typeof selected === 'string' ? firstOf(node, selected) : undefined;
    if (first === undefined) decision.leave(node);
    else decision.enter(first);
  },

  onListEnd(decision: Decision, node: Node): void {
    decision.leave(node);
  },
};

/** A case that is there but empty means: do nothing. */
function firstOf(node: Node, selected: string): Node | undefined {
  return node.cases.has(selected) ? node.cases.get(selected) : node.otherwise;
}

function failOf(decision: Decision, node: Node, error: string): void {
  const task = decision.task(node.reference);
  if (task !== undefined) failTask(decision, task, 'FAILED', { reasonForIncompletion: error });
}

function evaluate({ task }: Node, input: Readonly<Record<string, unknown>>): Outcome {
  const expression = task.expression ?? '';
  switch (task.evaluatorType) {
    case 'value-param':
      return { value: own(input, expression), isScript: false };
    case 'javascript':
    case 'graaljs':
      return evaluateScript(expression, input);
    default:
      return { unknownEvaluator: task.evaluatorType ?? 'null' };
  }
}

function evaluateScript(source: string, input: Readonly<Record<string, unknown>>): Outcome {
  const compiled = compileScript(source);
  if (!compiled.ok) return { error: compiled.error.message };
  const result = runScript(compiled.script, { $: input });
  return result.ok ? { value: result.value, isScript: true } : { error: result.error.message };
}

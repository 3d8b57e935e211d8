/** INLINE: a script of the definition, as a task (contract 6.17). */
import type { JsonObject } from '@dacapo/contracts';

import { limits } from '../limits.js';
import { own } from '../state.js';
import { type ScriptPlan, scriptTask, textOf } from './script-task.js';

export const inline = scriptTask({
  type: 'INLINE',
  onError: 'FAILED_WITH_TERMINAL_ERROR',
  settings: ({ node: { task } }) => ({
    ...(task.evaluatorType === undefined ? {} : { evaluatorType: task.evaluatorType }),
    ...(task.expression === undefined ? {} : { expression: task.expression }),
  }),
  plan,
});

function plan(input: JsonObject): ScriptPlan {
  const evaluatorType = textOf(input['evaluatorType']);
  const expression = textOf(input['expression']);
  if (evaluatorType === '') return { error: emptyText('evaluatorType', 'INLINE') };
  if (evaluatorType !== 'value-param' && evaluatorType !== 'javascript' && evaluatorType !== 'graaljs') {
    return { error: `Unknown evaluator '${evaluatorType.slice(0, limits.reasonCharacters)}' in INLINE task.` };
  }
  if (expression === '') return { error: emptyText('expression', 'Inline') };
  if (evaluatorType === 'value-param') return { value: own(input, expression) ?? null };
  return { evaluation: { form: 'script', source: expression, input } };
}

function emptyText(key: string, type: string): string {
  return `Empty '${key}' in ${type} task's input parameters. A non-empty String value must be provided.`;
}

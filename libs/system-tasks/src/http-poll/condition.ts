/** `terminationCondition`: a script over the answer. The small evaluator decides what it can, the sandbox the rest. */
import type { JsonObject } from '@dacapo/contracts';
import { compileScript, conditionHolds, runScript } from '@dacapo/expressions';
import type { ScriptSandbox } from '@dacapo/ports';

import { limits } from '../limits.js';

export type Condition =
  { readonly ok: true; readonly holds: boolean } | { readonly ok: false; readonly message: string };

export interface ConditionTools {
  /** Without it, a script that the small evaluator does not know is an error. */
  readonly sandbox?: ScriptSandbox;
}

/** What the script sees as `$`: `$.output.response.body` as in Orkes, and the same without `output`; `$.status` is the answer's number. */
export function scopeOf(input: JsonObject, response: JsonObject): JsonObject {
  const shown = { ...response, status: response['statusCode'], response };
  return { ...shown, output: shown, input };
}

export async function evaluate(
  source: string,
  scope: JsonObject,
  place: { readonly seed: string; readonly now: number },
  { sandbox }: ConditionTools,
): Promise<Condition> {
  const compiled = compileScript(source);
  const run = compiled.ok ? runScript(compiled.script, { $: scope }) : compiled;
  if (run.ok) return holding(run.value);
  if (run.error.kind === 'syntax' || run.error.kind === 'thrown' || sandbox === undefined)
    return { ok: false, message: run.error.message };
  const outcome = await sandbox.evaluate({
    form: 'script',
    source,
    input: scope,
    fuel: limits.conditionFuel,
    ...place,
  });
  return outcome.ok ? holding(outcome.value) : { ok: false, message: outcome.message };
}

/** Orkes's own example is the text `1`, so a text that says true or a number counts as that. */
function holding(value: unknown): Condition {
  const read = typeof value === 'string' && /^(true|\d{1,15})$/.test(value) ? (JSON.parse(value) as unknown) : value;
  return { ok: true, holds: conditionHolds(read) };
}

/** JSON_JQ_TRANSFORM (contract 6.18). */
import type { JsonObject } from '@dacapo/contracts';

import { type BuiltInResult, type BuiltInTask, failed, succeeded, type TaskToRun } from '../built-in-task.js';
import { own, textOf } from '../json/values.js';

/** Runs a jq program over a value, with an end in sight and nothing of the host in reach (security C5). */
export interface Jq {
  transform(
    query: string,
    input: JsonObject,
  ): Promise<
    { readonly ok: true; readonly results: readonly unknown[] } | { readonly ok: false; readonly message: string }
  >;
}

export class JqTask implements BuiltInTask {
  constructor(private readonly jq: Jq) {}

  async execute({ input }: TaskToRun): Promise<BuiltInResult> {
    const query = textOf(own(input, 'queryExpression'));
    if (query === undefined) return failed("Missing 'queryExpression' in input parameters");
    const outcome = await this.jq.transform(query, input);
    if (!outcome.ok) return failed(outcome.message, { error: outcome.message });
    return succeeded({ result: outcome.results[0] ?? null, resultList: outcome.results });
  }
}

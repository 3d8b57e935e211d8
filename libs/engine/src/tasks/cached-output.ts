/**
 * `cacheConfig` of a task (contract 5.21): an output that an execution before has left is reused instead of doing the work again. The cache
 * is outside; what it answers is recorded, so that deciding again gives the same. While it is asked the task is SCHEDULED without a queue.
 *
 * The id says whose outputs may meet: executions of the same task with the same key. A worker's task means the same wherever its name stands.
 * What the server does itself is told by its input alone, so it is shared by the runs of one workflow definition only; and nobody takes over
 * what he would show and the other hides (`maskedFields`).
 */
import type { EventData, JsonObject } from '@dacapo/contracts';
import { canonicalJson } from '@dacapo/definitions';
import { compileTemplate, evaluateTemplate, ExpressionError, rootsOf } from '@dacapo/expressions';

import { isBuiltIn } from './built-in-types.js';
import type { Decision } from '../decision.js';
import type { Node } from '../flow/flow.js';
import { limits } from '../limits.js';
import { own, type TaskState } from '../state.js';

interface Execution {
  readonly taskType: string;
  readonly taskDefName: string;
  readonly input: JsonObject;
}

/** Where a new execution may find its output; undefined when it has to be done: an operator who opens a workflow again wants it done. */
export function cacheIdToAsk(decision: Decision, node: Node, execution: Execution): string | undefined {
  return decision.state.run > 0 ? undefined : cacheIdOf(decision, node, execution);
}

/** What TaskCompleted says about reusing the output; nothing of a task that was in no queue, because then nobody has done it. */
export function cachedAs(decision: Decision, node: Node, task: TaskState): Pick<EventData<'TaskCompleted'>, 'cacheAs'> {
  const { cacheConfig } = node.task;
  if (cacheConfig === undefined || task.queue === undefined) return {};
  const cacheId = cacheIdOf(decision, node, task);
  if (cacheId === undefined) return {};
  return { cacheAs: { cacheId, until: decision.now + cacheConfig.ttlInSecond * 1000 } };
}

function cacheIdOf(decision: Decision, node: Node, { taskType, taskDefName, input }: Execution): string | undefined {
  const { key: expression, ttlInSecond = 0 } = node.task.cacheConfig ?? {};
  const key = expression === undefined || ttlInSecond === 0 ? undefined : keyOf(expression, input);
  if (key === undefined) return undefined;
  const { name, maskedFields } = decision.flow.definition;
  const owner = isBuiltIn({ queue: taskType }) ? name : null;
  return decision.context.hash(canonicalJson([owner, taskType, taskDefName, maskedFields.toSorted(), key]));
}

/** Undefined without a value to tell executions apart by: what the input does not have must not make them all alike. */
function keyOf(expression: string, input: JsonObject): string | undefined {
  try {
    if (rootsOf(expression).some(({ root }) => (own(input, root) ?? null) === null)) return undefined;
    const value = evaluateTemplate(compileTemplate(expression), { root: (name) => own(input, name) }) ?? '';
    const key = typeof value === 'string' ? value : canonicalJson(value);
    return key === '' || key.length > limits.cacheKeyCharacters ? undefined : key;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

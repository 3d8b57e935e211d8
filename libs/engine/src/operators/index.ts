/** Every task type that the engine itself understands. Any other type is a worker's. */
import { dynamic } from './dynamic.js';
import { exclusiveJoin } from './exclusive-join.js';
import { forkJoinDynamic } from './fork-join-dynamic.js';
import { doWhile } from './do-while.js';
import { forEach } from './for-each.js';
import { builtIn, startWorkflowTask } from './built-in.js';
import { decisionOperator } from './decision.js';
import { event } from './event.js';
import { forkJoin } from './fork-join.js';
import { human } from './human.js';
import { inline } from './inline.js';
import { join } from './join.js';
import { lambda } from './lambda.js';
import { noop } from './noop.js';
import type { Operator } from './operator.js';
import { setVariable } from './set-variable.js';
import { subWorkflow } from './sub-workflow.js';
import { switchOperator } from './switch.js';
import { terminate } from './terminate.js';
import { tryOperator } from './try.js';
import { unsupported, unsupportedTypes } from './unsupported.js';
import { wait } from './wait.js';
import { workerTask } from './worker-task.js';

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['SIMPLE', workerTask],
  ['SWITCH', switchOperator],
  ['FORK_JOIN', forkJoin],
  ['FORK_JOIN_DYNAMIC', forkJoinDynamic],
  ['JOIN', join],
  ['EXCLUSIVE_JOIN', exclusiveJoin],
  ['DYNAMIC', dynamic],
  ['DO_WHILE', doWhile],
  ['FOR_EACH', forEach],
  ['SET_VARIABLE', setVariable],
  ['WAIT', wait],
  ['SUB_WORKFLOW', subWorkflow],
  ['TERMINATE', terminate],
  ['DECISION', decisionOperator],
  ['INLINE', inline],
  ['LAMBDA', lambda],
  ['NOOP', noop],
  ['HUMAN', human],
  ['EVENT', event],
  ['TRY', tryOperator],
  ['START_WORKFLOW', startWorkflowTask],
  ['HTTP', builtIn],
  ['HTTP_POLL', builtIn],
  ['KAFKA_PUBLISH', builtIn],
  ['JSON_JQ_TRANSFORM', builtIn],
  ...unsupportedTypes.map((type): [string, Operator] => [type, unsupported]),
]);

/** What the table knows; `types.ts` must know them too. */
export const engineTypes: readonly string[] = [...operators.keys()];

export function operatorOf(type: string): Operator {
  return operators.get(type) ?? workerTask;
}

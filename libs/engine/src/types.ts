/** The task types that are not a worker's, also those that another version of the engine runs. */

/** They lead the flow; they cannot be reached by a DYNAMIC task. */
export const operatorTypes: ReadonlySet<string> = new Set([
  'DECISION',
  'DO_WHILE',
  'DYNAMIC',
  'EXCLUSIVE_JOIN',
  'FORK',
  'FORK_JOIN',
  'FORK_JOIN_DYNAMIC',
  'FOR_EACH',
  'JOIN',
  'SET_VARIABLE',
  'START_WORKFLOW',
  'SUB_WORKFLOW',
  'SWITCH',
  'TERMINATE',
  'TRY',
]);

/** The server itself does them, from nothing but their input. */
export const serverTypes: ReadonlySet<string> = new Set([
  'EVENT',
  'HTTP',
  'HTTP_POLL',
  'HUMAN',
  'INLINE',
  'JDBC',
  'JSON_JQ_TRANSFORM',
  'KAFKA_PUBLISH',
  'LAMBDA',
  'NOOP',
  'PULL_WORKFLOW_MESSAGES',
  'WAIT',
]);

/** What ends them happens inside of them, or elsewhere in the workflow. */
export const waiterTypes: ReadonlySet<string> = new Set(['DO_WHILE', 'EXCLUSIVE_JOIN', 'FOR_EACH', 'JOIN', 'TRY']);

/** SIMPLE is a worker's too, but under its name. */
export function isUserDefined(type: string): boolean {
  return type !== 'SIMPLE' && !operatorTypes.has(type) && !serverTypes.has(type);
}

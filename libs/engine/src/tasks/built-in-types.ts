/**
 * Tasks that the server's own executors do (contract 5.2, 5.8). They wait in a queue of their type like a worker's task, but never in a
 * domain, and whoever claims one holds it by a lease: when the executor dies the same attempt is offered again. So they are done at least
 * once, and nothing of it counts as a retry.
 */
import type { TaskState } from '../state.js';

/** The names of their queues. */
export const builtInTypes = [
  'HTTP',
  'HTTP_POLL',
  'KAFKA_PUBLISH',
  'JSON_JQ_TRANSFORM',
  'START_WORKFLOW',
  'EVENT',
] as const;

const builtInQueues: ReadonlySet<string> = new Set(builtInTypes);

/** For all others the flag `asyncComplete` means nothing. */
const asyncTypes: ReadonlySet<string> = new Set(['HTTP', 'KAFKA_PUBLISH', 'EVENT']);

export function isBuiltIn({ queue }: Pick<TaskState, 'queue'>): boolean {
  return queue !== undefined && builtInQueues.has(queue);
}

/** Done when somebody outside says so, however well the executor fared. */
export function isAsyncComplete({ taskType, input }: Pick<TaskState, 'taskType' | 'input'>): boolean {
  return asyncTypes.has(taskType) && input['asyncComplete'] === true;
}

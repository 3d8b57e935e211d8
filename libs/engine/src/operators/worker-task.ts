/** SIMPLE, and every type that the engine does not know: a worker does it (contract 6.1, 5.15). */
import type { Decision } from '../decision.js';
import type { Place } from '../place.js';
import { grantIfPolled, nextTaskId, resolveWorkerInput, schedule } from '../schedule.js';
import { own } from '../state.js';
import type { Operator, Retry } from './operator.js';

export const workerTask: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { task, taskDef } = place.node;
    const queue = task.type === 'SIMPLE' ? task.name : task.type;
    const domain = domainOf(decision, queue);
    const previous = retry?.previous;
    schedule(decision, {
      place,
      taskType: queue,
      taskDefName: task.name,
      queue,
      input: resolveWorkerInput(decision, place, nextTaskId(decision, place, previous), previous),
      delaySeconds: retry === undefined ? task.startDelay : retry.delaySeconds,
      ...(domain === undefined ? {} : { domain }),
      ...(taskDef?.delivery === 'kafka' ? { delivery: taskDef.delivery } : {}),
      ...(retry === undefined ? {} : { previous: retry.previous, jitterMs: retry.jitterMs }),
    });
    grantIfPolled(decision, place);
  },
};

/** `taskToDomain`: the type's own entry before `*`; of a list the last domain, which may be NO_DOMAIN. */
export function domainOf(decision: Decision, queue: string): string | undefined {
  const domains = decision.state.taskToDomain;
  if (domains === undefined) return undefined;
  const last = (own(domains, queue) ?? own(domains, '*'))?.split(',').at(-1)?.trim();
  return last === undefined || last === '' || last.toUpperCase() === 'NO_DOMAIN' ? undefined : last;
}

/** SIMPLE, and every type that the engine does not know: a worker does it (contract 6.1, 5.15). */
import type { Decision } from '../decision.js';
import { domainsOf } from '../tasks/domains.js';
import type { Place } from '../flow/place.js';
import { nextTaskId, resolveWorkerInput, scheduleInQueue } from '../tasks/schedule.js';
import type { Operator, Retry } from './operator.js';

export const workerTask: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { task, taskDef } = place.node;
    const queue = task.type === 'SIMPLE' ? task.name : task.type;
    const previous = retry?.previous;
    scheduleInQueue(decision, {
      place,
      taskType: queue,
      taskDefName: task.name,
      queue,
      input: resolveWorkerInput(decision, place, nextTaskId(decision, place, previous), previous),
      delaySeconds: retry === undefined ? task.startDelay : retry.delaySeconds,
      ...domainsOf(decision.state, queue),
      ...(taskDef?.delivery === 'kafka' ? { delivery: taskDef.delivery } : {}),
      ...(retry === undefined ? {} : { previous: retry.previous, jitterMs: retry.jitterMs }),
    });
  },
};

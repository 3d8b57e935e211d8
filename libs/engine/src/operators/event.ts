/**
 * EVENT: a message to a queue (contract 6.19). The server's own queue, `conductor`, is the log itself: the message is an event of the
 * workflow. For every other provider an executor publishes it.
 */
import type { JsonObject } from '@dacapo/contracts';
import { resolve } from '@dacapo/expressions';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import { isAsyncComplete } from '../tasks/built-in-types.js';
import type { Decision } from '../decision.js';
import { limits } from '../limits.js';
import type { Place } from '../flow/place.js';
import { beginInLine, nextTaskId, resolveInput } from '../tasks/schedule.js';
import { scopeOf } from '../scope.js';
import type { TaskState } from '../state.js';
import { queueBuiltIn } from './built-in.js';
import type { Operator, Retry } from './operator.js';

const ownProvider = 'conductor';

export const event: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { task } = place.node;
    const taskId = nextTaskId(decision, place, retry?.previous);
    const sink = resolve(task.sink ?? null, scopeOf(decision.state, place, taskId));
    const input: JsonObject = { asyncComplete: task.asyncComplete, ...resolveInput(decision, place, taskId), sink };
    if (typeof sink === 'string' && !sink.startsWith(ownProvider)) {
      return queueBuiltIn(decision, place, { ...messageOf(decision, input), event_produced: sink }, retry);
    }
    const begun = beginInLine(decision, { place, taskType: 'EVENT', taskDefName: task.name, input }, retry);
    if (begun !== undefined) publish(decision, begun);
  },

  /** The delay of a retry is over. */
  onTimer(decision: Decision, _place: Place, task: TaskState): void {
    publish(decision, task);
  },
};

/** What is published and what the task shows as its output, but for the name of the queue. */
function messageOf({ state }: Decision, input: JsonObject): JsonObject {
  return {
    ...input,
    workflowInstanceId: state.workflowId,
    workflowType: state.name,
    workflowVersion: state.version,
    correlationId: state.correlationId ?? null,
    taskToDomain: state.taskToDomain ?? {},
  };
}

function publish(decision: Decision, task: TaskState): void {
  const { taskId } = task;
  const sink = task.input['sink'];
  const queue = queueOf(decision, task, sink);
  if (queue === undefined) {
    const said = typeof sink === 'string' ? sink : JSON.stringify(sink);
    const reasonForIncompletion = `Invalid / Unsupported sink specified: ${said.slice(0, limits.reasonCharacters)}`;
    return failTask(decision, task, 'FAILED', { reasonForIncompletion, output: messageOf(decision, task.input) });
  }
  const message = { ...messageOf(decision, task.input), event_produced: queue };
  decision.emit('EventPublished', { taskId, sink: queue, message });
  if (!isAsyncComplete(task)) return completeTask(decision, task, { output: message });
  decision.emit('TaskProgressed', { taskId, status: 'IN_PROGRESS', output: message, callbackAfterSeconds: 0 });
}

/** `conductor` alone is a queue of this task, `conductor:x` one of this workflow. */
function queueOf({ state }: Decision, task: TaskState, sink: unknown): string | undefined {
  if (sink === ownProvider) return `${ownProvider}:${state.name}:${task.referenceTaskName}`;
  if (typeof sink !== 'string' || !sink.startsWith(`${ownProvider}:`)) return undefined;
  return `${ownProvider}:${state.name}:${sink.slice(ownProvider.length + 1)}`;
}

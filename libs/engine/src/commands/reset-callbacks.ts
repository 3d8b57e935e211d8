/** Worker tasks that wait for their callback, or for the delay of a retry, are offered now (contract 5.12). */
import type { Decision } from '../decision.js';
import { grantIfPolled } from '../tasks/schedule.js';
import { isEnded, own, type TaskState } from '../state.js';

export function resetCallbacks(decision: Decision): void {
  const { state } = decision;
  if (isEnded(state.status)) {
    return decision.reject('WORKFLOW_ENDED', `Workflow is in terminal state. Status =${state.status}`);
  }
  const waiting = Object.keys(state.open)
    .flatMap((key) => own(state.tasks, key) ?? [])
    .filter(isWaiting)
    .toSorted((a, b) => a.taskSeq - b.taskSeq);
  if (waiting.length === 0) {
    return decision.reject('NOTHING_TO_DO', `No task of workflow ${state.workflowId} waits for its callback`);
  }
  for (const task of waiting) offer(decision, task);
}

function isWaiting({ queue, status, timers, callbackAfterSeconds }: TaskState): boolean {
  return queue !== undefined && status === 'SCHEDULED' && timers['offer'] !== undefined && callbackAfterSeconds > 0;
}

function offer(decision: Decision, task: TaskState): void {
  const place = decision.placeOf(task);
  const poll = place.node.taskDef?.pollTimeoutSeconds ?? 0;
  decision.emit('TaskOffered', {
    taskId: task.taskId,
    ...(poll > 0 ? { timers: { poll: decision.now + poll * 1000 } } : {}),
  });
  grantIfPolled(decision, place);
}

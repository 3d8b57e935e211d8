/** JOIN: waits for the tasks named in `joinOn`, woken by each one's end; how many are missing is counted, not searched (contract 6.6). */
import type { JsonObject } from '@dacapo/contracts';

import { completeTask, failTask } from '../attempt-end.js';
import type { Decision } from '../decision.js';
import type { Place } from '../place.js';
import { resolveInput, schedule } from '../schedule.js';
import { isTaskOpen, isTaskSuccessful, type TaskState } from '../state.js';
import type { Operator, Retry } from './operator.js';

export const join: Operator = {
  reopens: true,

  enter(decision: Decision, place: Place, retry?: Retry): void {
    const input = {
      ...resolveInput(decision, place),
      joinOn: place.node.task.joinOn.map((reference) => decision.keyNear(place, reference)),
    };
    schedule(decision, {
      place,
      taskType: 'JOIN',
      input,
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    evaluate(decision, place);
  },

  onBranchEnd(decision: Decision, place: Place): void {
    evaluate(decision, place);
  },
};

function evaluate(decision: Decision, place: Place): void {
  const task = decision.task(place.key);
  if (task === undefined || !isTaskOpen(task.status) || task.waitsFor === undefined || task.waitsFor > 0) return;
  const branches = branchesOf(decision, task);
  const output = outputOf(branches);
  const failed = branches.filter((branch) => !isTaskSuccessful(branch.status));
  if (failed.length > 0) {
    const status = failed.every((branch) => branch.status === 'CANCELED') ? 'CANCELED' : 'FAILED';
    const reasonForIncompletion = failed.map((branch) => branch.reason ?? '').join(' ');
    return failTask(decision, task, status, { output, reasonForIncompletion });
  }
  const flawed = branches.filter((branch) => branch.status === 'COMPLETED_WITH_ERRORS');
  if (flawed.length === 0) return completeTask(decision, task, { output });
  const reasonForIncompletion = `${flawed.map((branch) => `${branch.taskDefName}/${branch.taskId}`).join(' ')} completed with errors`;
  completeTask(decision, task, { output, reasonForIncompletion }, 'COMPLETED_WITH_ERRORS');
}

function branchesOf(decision: Decision, task: TaskState): readonly TaskState[] {
  const joinOn = task.input['joinOn'];
  if (!Array.isArray(joinOn)) return [];
  return joinOn.flatMap((reference) => decision.task(String(reference)) ?? []);
}

function outputOf(branches: readonly TaskState[]): JsonObject {
  return Object.fromEntries(
    branches
      .filter(({ output }) => Object.keys(output).length > 0)
      .map(({ referenceTaskName, output }) => [referenceTaskName, output]),
  );
}

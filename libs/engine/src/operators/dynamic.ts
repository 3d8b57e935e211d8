/**
 * DYNAMIC: a worker's task whose name is a value (contract 6.1). The definition of that name is not in the snapshot, so the task is SCHEDULED
 * without a queue until its definition has been looked up; with one that the author has embedded it is queued at once. From then on its place
 * has a node of that name (`Decision.placeOf`), and whatever happens to it is a worker task's affair. The name of a type that the server does
 * from its input (HTTP, ...) makes it a task of that type, without a definition. A name that nobody registered fails the task for good;
 * after a retry of the workflow it is looked up again.
 */
import { failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { withName } from '../flow/flow.js';
import type { Place } from '../flow/place.js';
import { quoted, reasons } from '../reasons.js';
import { nextTaskId, queueUpOrReuse, resolveWorkerInput, schedule } from '../tasks/schedule.js';
import { own, type TaskState } from '../state.js';
import { operatorTypes, serverTypes } from '../types.js';
import { failWorkflow } from '../workflow/end.js';
import type { Operator, Retry } from './operator.js';
import { workerTask } from './worker-task.js';

export const dynamic: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const { task, taskDef } = place.node;
    const parameter = task.dynamicTaskNameParam ?? '';
    const input = resolveWorkerInput(decision, place, nextTaskId(decision, place, retry?.previous), retry?.previous);
    const name = own(input, parameter);
    if (typeof name !== 'string' || name === '') {
      const reason = `Cannot map a dynamic task based on the parameter and input. Parameter= ${parameter}, input= ${quoted(input)}`;
      return failWorkflow(decision, 'FAILED', reason);
    }
    if (operatorTypes.has(name)) {
      return failWorkflow(decision, 'FAILED', `Dynamic task ${place.key} cannot be of type ${name}`);
    }
    if (serverTypes.has(name)) return decision.enter({ ...place, node: withName(place.node, name, name, taskDef) });
    if (taskDef !== undefined) {
      return workerTask.enter(decision, { ...place, node: withName(place.node, name, 'SIMPLE', taskDef) }, retry);
    }
    const taskId = schedule(decision, {
      place,
      taskType: name,
      input,
      delaySeconds: retry?.delaySeconds ?? task.startDelay,
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    decision.emit('TaskDefsRequested', { taskId, names: [name] });
  },

  onTaskDefs(decision: Decision, _place: Place, task: TaskState): void {
    const place = decision.placeOf(task);
    if (place.node.task.type === 'DYNAMIC') {
      const reasonForIncompletion = reasons.unknownTask(task.taskType);
      return failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', { reasonForIncompletion });
    }
    queueUpOrReuse(decision, place, task);
  },
};

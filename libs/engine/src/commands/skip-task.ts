/** An operator lets the flow pass over a task that it has not reached (contract 5.12). */
import type { CommandData, JsonObject } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { own } from '../state.js';
import { iterationOf, type Place } from '../flow/place.js';
import { nextTaskId } from '../tasks/schedule.js';
import { runAgenda } from '../flow/settle.js';
import { placeNamed } from './place-named.js';

export function skipTask(
  decision: Decision,
  { referenceTaskName: name, input = {}, output = {} }: CommandData<'SkipTask'>,
): void {
  const { state, flow } = decision;
  if (state.status !== 'RUNNING') {
    const message = `The workflow ${state.workflowId} is not running so the task referenced by ${name} cannot be skipped`;
    return decision.reject('WORKFLOW_NOT_RUNNING', message);
  }
  const place = placeNamed(flow, name);
  if (place === undefined) {
    const { name: workflow, version } = flow.definition;
    const message = `The task referenced by ${name} does not exist in the WorkflowDefinition ${workflow}.${version}`;
    return decision.reject('TASK_NOT_DEFINED', message);
  }
  if (decision.task(place.key) !== undefined) {
    const message = `The task referenced ${name} has already been processed, cannot be skipped`;
    return decision.reject('TASK_PROCESSED', message);
  }
  skip(decision, place, input, output);
  // With a fork goes the JOIN, which would wait for branches that nobody begins.
  const join = place.node.task.type.startsWith('FORK_JOIN') ? decision.after(place) : undefined;
  if (join !== undefined && decision.task(join.key) === undefined) skip(decision, join, {}, {});
  runAgenda(decision);
}

function skip(decision: Decision, place: Place, input: JsonObject, output: JsonObject): void {
  const { state } = decision;
  const { node, scope, key } = place;
  decision.emit('TaskSkipped', {
    taskId: nextTaskId(decision, place, undefined),
    referenceTaskName: key,
    taskType: node.task.name,
    taskDefName: node.task.name,
    taskSeq: state.taskCount + 1,
    input,
    output,
    ...(scope === '' ? {} : { scope, iteration: iterationOf(scope) }),
    workflowType: state.name,
    definition: state.definition,
    ...(state.correlationId === undefined ? {} : { correlationId: state.correlationId }),
  });
  // A JOIN that waits for it need not wait any longer.
  for (const join of own(state.awaited, key) ?? []) decision.later('wake', join);
}

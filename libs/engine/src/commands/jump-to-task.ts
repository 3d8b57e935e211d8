/**
 * An operator's jump (contract 1.3): what is open is cancelled and passed over, and the flow goes on at the task. What stands behind it is
 * taken out of the view, so that it is executed again. Not into loops and forks: a task there runs beside others that nobody has begun.
 */
import type { CommandData } from '@dacapo/contracts';

import { behind } from '../flow/behind.js';
import type { Decision } from '../decision.js';
import type { Node } from '../flow/flow.js';
import { placeOf, type Place } from '../flow/place.js';
import { removeTasks, taskIdsOf } from '../flow/remove-tasks.js';
import { runAgenda } from '../flow/settle.js';
import { cancelOpenTasks } from '../workflow/end.js';

export function jumpToTask(decision: Decision, { referenceTaskName: name, input }: CommandData<'JumpToTask'>): void {
  const { state, flow } = decision;
  if (state.status !== 'RUNNING') {
    const message = `The workflow ${state.workflowId} is not running so it cannot jump to the task referenced by ${name}`;
    return decision.reject('WORKFLOW_NOT_RUNNING', message);
  }
  const node = flow.nodes.get(name);
  if (node === undefined) {
    const { name: workflow, version } = flow.definition;
    const message = `The task referenced by ${name} does not exist in the WorkflowDefinition ${workflow}.${version}`;
    return decision.reject('TASK_NOT_DEFINED', message);
  }
  const obstacle = obstacleOf(node);
  if (obstacle !== undefined) {
    return decision.reject(
      'TASK_UNREACHABLE',
      `The workflow cannot jump to the task referenced by ${name}: ${obstacle}`,
    );
  }
  jump(decision, placeOf(node, '', undefined), input);
}

/** SWITCH is the one structure that a task can be in alone. */
function obstacleOf(node: Node): string | undefined {
  const { type } = node.task;
  if (type === 'JOIN' || type === 'EXCLUSIVE_JOIN') return `it is a ${type}, which waits for others`;
  for (let { parent } = node; parent !== undefined; { parent } = parent) {
    const { type: around, taskReferenceName } = parent.task;
    if (around !== 'SWITCH' && around !== 'DECISION') return `it stands inside of ${around} ${taskReferenceName}`;
  }
  return undefined;
}

function jump(decision: Decision, target: Place, input: Readonly<Record<string, unknown>> | undefined): void {
  const { state } = decision;
  cancelOpenTasks(decision, 'TERMINATED', `The workflow jumped to ${target.key}`, { passedOver: true });
  const isBehind = behind(decision, target);
  const isGone = (place: Place): boolean => isWithin(decision, place, target) || isBehind(place);
  const gone = new Set(
    Object.values(state.tasks)
      .filter((task) => isGone(decision.placeOf(task)))
      .map(({ referenceTaskName }) => referenceTaskName),
  );
  decision.emit('WorkflowJumped', { run: state.run + 1, referenceTaskName: target.key });
  removeTasks(decision, taskIdsOf(decision, gone));
  if (input !== undefined) decision.giveInput(target.key, input);
  decision.enter(target);
  runAgenda(decision);
}

/** The task itself, and what is inside of it. */
function isWithin(decision: Decision, place: Place, target: Place): boolean {
  for (let here: Place | undefined = place; here !== undefined; here = decision.around(here)) {
    if (here.key === target.key) return true;
  }
  return false;
}

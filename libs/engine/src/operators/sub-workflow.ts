/**
 * SUB_WORKFLOW: another workflow as a task (contract 6.9, 5.13). The child's id is derived from the attempt, so that it is started once
 * however often the reaction is sent; the child's end comes back as the command RecordChildEnd.
 */
import type { JsonObject } from '@dacapo/contracts';
import { compileTemplate, evaluateTemplate } from '@dacapo/expressions';

import { failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { limits } from '../limits.js';
import type { Place } from '../flow/place.js';
import { resolveInput, schedule, startTimers } from '../tasks/schedule.js';
import { scopeOf } from '../scope.js';
import type { TaskState } from '../state.js';
import { failWorkflow } from '../workflow/end.js';
import type { Operator, Retry } from './operator.js';

export const subWorkflow: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const params = place.node.task.subWorkflowParam;
    if (params === undefined) {
      const reason = `Task ${place.node.task.name} is defined as sub-workflow and is missing subWorkflowParams. Please check the workflow definition`;
      return failWorkflow(decision, 'FAILED', reason);
    }
    const { workflowDefinition, ...expressions } = params;
    const workflowInput = resolveInput(decision, place);
    const resolved = evaluateTemplate(compileTemplate(expressions), scopeOf(decision.state, place)) as JsonObject;
    const definition =
      typeof workflowDefinition === 'string'
        ? evaluateTemplate(compileTemplate(workflowDefinition), scopeOf(decision.state, place))
        : workflowDefinition;
    const name = definition === undefined ? resolved['name'] : (definition as { readonly name?: unknown } | null)?.name;
    const launch = {
      subWorkflowName: name ?? null,
      subWorkflowVersion: resolved['version'] ?? null,
      ...(resolved['taskToDomain'] === undefined ? {} : { subWorkflowTaskToDomain: resolved['taskToDomain'] }),
      ...(definition === undefined ? {} : { subWorkflowDefinition: definition }),
      ...(resolved['priority'] === undefined ? {} : { priority: resolved['priority'] }),
      workflowInput,
    };
    // Who gives the input of the task itself, as it is shown, gives that of the child with it.
    const input =
      decision.givenInput(place.key) !== undefined && isShownInput(workflowInput)
        ? { ...launch, ...workflowInput }
        : launch;
    const waitMs = retry === undefined ? 0 : retry.delaySeconds * 1000 + retry.jitterMs;
    schedule(decision, {
      place,
      taskType: 'SUB_WORKFLOW',
      taskDefName: place.node.task.name,
      input,
      ...(waitMs > 0 ? { timers: { start: decision.now + waitMs } } : {}),
      ...(retry === undefined ? {} : { previous: retry.previous, delaySeconds: retry.delaySeconds }),
    });
    const task = decision.task(place.key);
    if (waitMs === 0 && task !== undefined) startChild(decision, place, task);
  },

  /** The back-off of a retry is over. */
  onTimer(decision: Decision, place: Place, task: TaskState): void {
    startChild(decision, place, task);
  },
};

function isShownInput(given: JsonObject): boolean {
  const inner = given['workflowInput'];
  return 'subWorkflowName' in given && typeof inner === 'object' && inner !== null;
}

function startChild(decision: Decision, place: Place, task: TaskState): void {
  const { state } = decision;
  const { taskId, input } = task;
  // A workflow that starts itself would go on for ever.
  if ((state.parent?.depth ?? 0) >= limits.parents) {
    const reasonForIncompletion = `Sub workflow ${String(input['subWorkflowName'])} is not started: there are ${limits.parents} workflows above it already`;
    return failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', { reasonForIncompletion });
  }
  const timers = startTimers(decision, place.node, task);
  const workflowInput = input['workflowInput'] as JsonObject;
  const priority = priorityOf(input['priority']);
  const inline = input['subWorkflowDefinition'] === undefined ? {} : { definition: input['subWorkflowDefinition'] };
  decision.emit('TaskStarted', {
    taskId,
    subWorkflowId: decision.deriveId('child', taskId),
    child: {
      name: input['subWorkflowName'],
      version: input['subWorkflowVersion'],
      ...inline,
      // Conductor hands the task's whole input to a child that has no parameters of its own (contract 5.13).
      input: Object.keys(workflowInput).length === 0 ? input : workflowInput,
      ...(state.correlationId === undefined ? {} : { correlationId: state.correlationId }),
      taskToDomain: input['subWorkflowTaskToDomain'] ?? state.taskToDomain ?? {},
      priority,
    },
    ...(timers === undefined ? {} : { timers }),
  });
}

/** 0 unless it is set; the parent's is not inherited (contract 5.13). */
function priorityOf(given: unknown): number {
  const priority = typeof given === 'string' || typeof given === 'number' ? Number(given) : 0;
  return Number.isInteger(priority) ? Math.min(Math.max(priority, 0), limits.priority) : 0;
}

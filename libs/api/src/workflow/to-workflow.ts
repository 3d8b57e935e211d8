/** An execution as Conductor's Workflow (contract 3.7), as JSON text: its tasks and its definition come ready from the cache. */
import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';

import { type Definitions, definitionText } from '../task/definition-texts.js';
import { forkedTasksOf } from '../task/forked-tasks.js';
import { maskedTask, maskedWorkflow } from '../mask/mask.js';
import { cut, taskText } from '../task/to-task.js';

export interface WorkflowView {
  readonly workflow: WorkflowDocument;
  /** Absent when the caller does not want them. */
  readonly tasks?: readonly TaskDocument[];
}

export function workflowText({ workflow, tasks = [] }: WorkflowView, definitions: Definitions, now: number): string {
  const fields = JSON.stringify(fieldsOf(maskedWorkflow(workflow, definitions))).slice(0, -1);
  const definition = definitionText(workflow.definition, definitions);
  return `${fields}${definition === undefined ? '' : `,"workflowDefinition":${definition}`},"tasks":[${taskTexts(tasks, definitions, now)}]}`;
}

/** Texts of tasks, joined by commas. `all`: the tasks of the whole workflow, which tell whose attempts were retried. */
export function taskTexts(tasks: readonly TaskDocument[], definitions: Definitions, now: number, all = tasks): string {
  const retried = retriedIds(all);
  const forked = forkedTasksOf(all);
  return tasks
    .map((task) =>
      taskText(maskedTask(task, definitions), definitions, { now, forked, isRetried: retried.has(task.taskId) }),
    )
    .join(',');
}

export function retriedIds(tasks: readonly TaskDocument[]): ReadonlySet<string> {
  return new Set(tasks.flatMap(({ retriedTaskId }) => retriedTaskId ?? []));
}

/**
 * Conductor's clients know no QUARANTINED and fail on what they do not know: a workflow that goes no further until somebody has looked at
 * it is shown as PAUSED, and its reason says why.
 */
export function statusText({ status }: Pick<WorkflowDocument, 'status'>): string {
  return status === 'QUARANTINED' ? 'PAUSED' : status;
}

export function reasonText({ status, reason }: Pick<WorkflowDocument, 'status' | 'reason'>): string | undefined {
  return status === 'QUARANTINED' ? cut(`QUARANTINED: ${reason ?? ''}`) : cut(reason);
}

function fieldsOf(workflow: WorkflowDocument): Record<string, unknown> {
  return {
    createTime: workflow.createTime,
    updateTime: workflow.updateTime,
    status: statusText(workflow),
    endTime: workflow.endTime ?? 0,
    workflowId: workflow.workflowId,
    parentWorkflowId: workflow.parent?.workflowId,
    parentWorkflowTaskId: workflow.parent?.taskId,
    input: workflow.input,
    output: workflow.output,
    correlationId: workflow.correlationId,
    reasonForIncompletion: reasonText(workflow),
    event: workflow.event,
    taskToDomain: workflow.taskToDomain ?? {},
    failedReferenceTaskNames: workflow.failedReferenceTaskNames,
    failedTaskNames: workflow.failedTaskNames,
    priority: workflow.priority,
    variables: workflow.variables,
    lastRetriedTime: workflow.lastRetriedTime ?? 0,
    history: [],
    startTime: workflow.createTime,
    workflowName: workflow.name,
    workflowVersion: workflow.version,
    idempotencyKey: workflow.idempotencyKey,
    rateLimitKey: workflow.rateLimitKey,
    rateLimited: workflow.rateLimited ?? false,
  };
}

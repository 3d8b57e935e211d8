/** A workflow document as Conductor's WorkflowSummary (contract 3.9). Input and output are JSON text: better than Java's map text. */
import type { WorkflowDocument } from '@dacapo/contracts';
import type { WorkflowDef } from '@dacapo/definitions';

import { reasonText, statusText } from './to-workflow.js';

export function toSummary(workflow: WorkflowDocument, definition: WorkflowDef | undefined): Record<string, unknown> {
  const input = JSON.stringify(workflow.input);
  const output = JSON.stringify(workflow.output);
  const { createTime, endTime } = workflow;
  return {
    workflowType: workflow.name,
    version: workflow.version,
    workflowId: workflow.workflowId,
    correlationId: workflow.correlationId,
    startTime: timeText(createTime),
    updateTime: timeText(workflow.updateTime),
    endTime: endTime === undefined ? undefined : timeText(endTime),
    status: statusText(workflow),
    input,
    output,
    inputSize: input.length,
    outputSize: output.length,
    reasonForIncompletion: reasonText(workflow),
    executionTime: endTime === undefined ? 0 : endTime - createTime,
    event: workflow.event,
    idempotencyKey: workflow.idempotencyKey,
    failedReferenceTaskNames: workflow.failedReferenceTaskNames.join(','),
    failedTaskNames: workflow.failedTaskNames,
    priority: workflow.priority,
    taskToDomain: workflow.taskToDomain,
    parentWorkflowId: workflow.parent?.workflowId ?? '',
    classifier: classifierOf(definition),
  };
}

/** Contract 3.10. */
export function classifierOf(definition: WorkflowDef | undefined): string {
  const metadata = definition?.metadata ?? {};
  const classifier = Object.hasOwn(metadata, 'classifier') ? metadata['classifier'] : undefined;
  if (typeof classifier === 'string' && classifier !== '') return classifier;
  return Object.hasOwn(metadata, 'agent_sdk') || Object.hasOwn(metadata, 'agentDef') ? 'agent' : 'workflow';
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}

import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';

export function aWorkflow(workflowId: string, changes: Partial<WorkflowDocument> = {}): WorkflowDocument {
  return {
    workflowId,
    seq: 1,
    partition: 0,
    firstOffset: 1,
    lastOffset: 1,
    name: 'order',
    version: 1,
    definition: 'digest',
    status: 'RUNNING',
    createTime: 1_000,
    updateTime: 1_000,
    input: {},
    output: {},
    variables: {},
    priority: 0,
    failedReferenceTaskNames: [],
    failedTaskNames: [],
    ...changes,
  };
}

export function aTask(taskId: string, workflowId: string, changes: Partial<TaskDocument> = {}): TaskDocument {
  return {
    taskId,
    workflowId,
    seq: 1,
    partition: 0,
    taskSeq: 1,
    referenceTaskName: 'pay_ref',
    taskType: 'SIMPLE',
    taskDefName: 'pay',
    status: 'SCHEDULED',
    input: {},
    output: {},
    retryCount: 0,
    iteration: 0,
    pollCount: 0,
    scheduledTime: 1_000,
    startTime: 0,
    endTime: 0,
    updateTime: 1_000,
    firstStartTime: 0,
    retried: false,
    callbackAfterSeconds: 0,
    startDelayInSeconds: 0,
    responseTimeoutSeconds: 0,
    queue: 'pay',
    delivery: 'poll',
    ready: true,
    workflowType: 'order',
    definition: 'digest',
    workflowPriority: 0,
    ...changes,
  };
}

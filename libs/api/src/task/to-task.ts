/** A task document as Conductor's Task (contract 3.8): as an object, and as JSON text with the definition's part taken from the cache. */
import { endedTaskStatuses, type TaskDocument } from '@dacapo/contracts';

import { limits } from '../limits.js';
import { type Definitions, type ForkedTasks, workflowTaskOf, workflowTaskText } from './definition-texts.js';

export interface TaskView {
  /** A later attempt takes its place. */
  readonly isRetried?: boolean;
  /** For the derived `queueWaitTime`; epoch milliseconds. */
  readonly now?: number;
  /** Where the tasks of dynamic forks are found; without it a branch shows what its own document says. */
  readonly forked?: ForkedTasks;
  /** Values that are delivered with a polled task only. */
  readonly runtimeMetadata?: Readonly<Record<string, string>>;
}

/** Conductor's Task, as a poll returns it. */
export function toTask(document: TaskDocument, definitions: Definitions, view?: TaskView): Record<string, unknown> {
  const workflowTask = workflowTaskOf(document, definitions, view?.forked);
  const { taskDefinition } = workflowTask;
  return { ...fieldsOf(document, view), workflowTask, ...(taskDefinition === undefined ? {} : { taskDefinition }) };
}

/** The same as JSON text. */
export function taskText(document: TaskDocument, definitions: Definitions, view?: TaskView): string {
  return `${JSON.stringify(fieldsOf(document, view)).slice(0, -1)},${workflowTaskText(document, definitions, view?.forked)}}`;
}

const ended: ReadonlySet<TaskDocument['status']> = new Set(endedTaskStatuses);

/** What is undefined is left out of the JSON. */
function fieldsOf(document: TaskDocument, view: TaskView = {}): Record<string, unknown> {
  const { input, output } = document;
  return {
    taskType: document.taskType,
    status: document.status,
    inputData: input,
    referenceTaskName: document.referenceTaskName,
    retryCount: document.retryCount,
    seq: document.taskSeq,
    correlationId: document.correlationId,
    pollCount: document.pollCount,
    taskDefName: document.taskDefName === '' ? document.taskType : document.taskDefName,
    scheduledTime: document.scheduledTime,
    startTime: document.startTime,
    endTime: document.endTime,
    updateTime: document.updateTime,
    firstStartTime: document.firstStartTime,
    startDelayInSeconds: document.startDelayInSeconds,
    retriedTaskId: document.retriedTaskId,
    retried: document.retried || view.isRetried === true,
    executed: ended.has(document.status),
    callbackFromWorker: document.queue !== undefined,
    responseTimeoutSeconds: document.responseTimeoutSeconds,
    workflowInstanceId: document.workflowId,
    workflowType: document.workflowType,
    taskId: document.taskId,
    reasonForIncompletion: cut(document.reason),
    callbackAfterSeconds: document.callbackAfterSeconds,
    workerId: document.workerId === '' ? undefined : document.workerId,
    outputData: output,
    domain: document.domain,
    rateLimitPerFrequency: 0,
    rateLimitFrequencyInSeconds: 0,
    workflowPriority: document.workflowPriority,
    iteration: document.iteration,
    subWorkflowId: document.subWorkflowId ?? textIn(output, 'subWorkflowId') ?? textIn(input, 'subWorkflowId'),
    subworkflowChanged: false,
    loopOverTask: document.iteration > 0,
    runtimeMetadata: isEmpty(view.runtimeMetadata) ? undefined : view.runtimeMetadata,
    queueWaitTime: queueWaitTime(document, view.now ?? Date.now()),
  };
}

function isEmpty(map: object | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}

export function cut(reason: string | undefined): string | undefined {
  return reason === undefined || reason.length <= limits.reasonCharacters
    ? reason
    : reason.slice(0, limits.reasonCharacters);
}

export function queueWaitTime(document: TaskDocument, now: number): number {
  const { startTime, scheduledTime, updateTime, callbackAfterSeconds } = document;
  if (startTime > 0 && scheduledTime > 0) {
    if (updateTime > 0 && callbackAfterSeconds > 0)
      return Math.max(0, now - (updateTime + callbackAfterSeconds * 1000));
    return startTime - scheduledTime;
  }
  return 0;
}

function textIn(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(map, key) ? map[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

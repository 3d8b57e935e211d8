import type { JsonObject } from '@dacapo/contracts';

import type { RunContext, TaskToRun } from '../built-in-task.js';

export function aTaskToRun(input: JsonObject, fields: Partial<TaskToRun> = {}): TaskToRun {
  return {
    taskId: 'task-1',
    workflowId: 'workflow-1',
    taskDefName: 'a_task',
    taskType: 'HTTP',
    workflowType: 'wf',
    pollCount: 1,
    input,
    ...fields,
  };
}

export function aContext(): RunContext {
  return { signal: new AbortController().signal, now: Date.UTC(2026, 0, 1) };
}

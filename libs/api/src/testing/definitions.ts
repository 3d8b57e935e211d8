/** Definitions that tests register. */
export function simpleTask(name: string, changes: object = {}): object {
  return { name, taskReferenceName: `${name}_ref`, type: 'SIMPLE', inputParameters: {}, ...changes };
}

export function workflowDef(name: string, tasks: readonly object[], changes: object = {}): object {
  return { name, version: 1, schemaVersion: 2, tasks, ...changes };
}

export function taskDef(name: string, changes: object = {}): object {
  return { name, retryCount: 0, responseTimeoutSeconds: 60, ...changes };
}

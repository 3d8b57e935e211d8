import type { WorkflowTask } from './model.js';
import { requiredFault, type Fault } from './task-fault.js';

export function forkFaults(task: WorkflowTask): readonly Fault[] {
  if (task.forkTasks.length > 0) return [];
  const message = `forkTasks should have atleast one task for taskType: FORK_JOIN taskName: ${task.name}`;
  return [{ field: 'forkTasks', message }];
}

export function dynamicForkFaults(task: WorkflowTask): readonly Fault[] {
  const { dynamicForkJoinTasksParam, dynamicForkTasksParam, dynamicForkTasksInputParamName } = task;
  if (dynamicForkJoinTasksParam !== undefined) {
    if (dynamicForkTasksParam === undefined && dynamicForkTasksInputParamName === undefined) return [];
    const message = `dynamicForkJoinTasksParam or combination of dynamicForkTasksInputParamName and dynamicForkTasksParam cam be used for taskType: FORK_JOIN_DYNAMIC taskName: ${task.name}`;
    return [{ field: 'dynamicForkJoinTasksParam', message }];
  }
  if (Object.hasOwn(task.inputParameters, 'forkTaskInputs')) return [];
  const faults: Fault[] = [];
  if (dynamicForkTasksParam === undefined) faults.push(requiredFault(task, 'dynamicForkTasksParam'));
  if (dynamicForkTasksInputParamName === undefined) faults.push(requiredFault(task, 'dynamicForkTasksInputParamName'));
  return faults;
}

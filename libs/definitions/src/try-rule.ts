import type { WorkflowTask } from './model.js';
import type { Fault } from './task-fault.js';

const BRANCHES: readonly string[] = ['try', 'catch', 'finally'];

/** Da Capo's own type. Its lists stand in `decisionCases`, so that the models of Conductor's clients carry them. */
export function tryFaults(task: WorkflowTask): readonly Fault[] {
  const faults: Fault[] = [];
  const of = `taskType: TRY taskName: ${task.name}`;
  if (!Object.hasOwn(task.decisionCases, 'try') || task.decisionCases['try']?.length === 0) {
    faults.push({ field: 'decisionCases', message: `decisionCases.try should have atleast one task for ${of}` });
  }
  for (const key of Object.keys(task.decisionCases)) {
    if (BRANCHES.includes(key)) continue;
    const message = `decisionCases may only have the keys try, catch and finally, not ${key}, for ${of}`;
    faults.push({ field: 'decisionCases', message });
  }
  if (task.defaultCase.length > 0) {
    faults.push({ field: 'defaultCase', message: `defaultCase has no meaning for ${of}` });
  }
  return faults;
}

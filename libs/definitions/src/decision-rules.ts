import { compileScript } from '@dacapo/expressions';
import type { WorkflowTask } from './model.js';
import { requiredFault, type Fault, type TaskFacts } from './task-fault.js';

export function switchFaults(task: WorkflowTask, facts: TaskFacts): readonly Fault[] {
  const faults: Fault[] = [];
  if (task.evaluatorType === undefined) faults.push(requiredFault(task, 'evaluatorType'));
  if (task.expression === undefined) faults.push(requiredFault(task, 'expression'));
  faults.push(...caseFaults(task, facts));
  if (task.evaluatorType === 'javascript') faults.push(...scriptFaults(task, 'expression', task.expression));
  return faults;
}

export function decisionFaults(task: WorkflowTask, facts: TaskFacts): readonly Fault[] {
  const faults: Fault[] = [];
  if (task.caseValueParam === undefined && task.caseExpression === undefined) {
    faults.push(requiredFault(task, 'caseValueParam or caseExpression', 'caseExpression'));
  }
  faults.push(...caseFaults(task, facts), ...scriptFaults(task, 'caseExpression', task.caseExpression));
  return faults;
}

/** In Conductor an absent map is empty, and only an explicit null is missing. */
function caseFaults(task: WorkflowTask, { raw }: TaskFacts): readonly Fault[] {
  if (Object.hasOwn(raw, 'decisionCases') && raw['decisionCases'] === null)
    return [requiredFault(task, 'decisionCases')];
  for (const _ in task.decisionCases) return [];
  const message = `decisionCases should have atleast one task for taskType: ${task.type} taskName: ${task.name}`;
  return [{ field: 'decisionCases', message }];
}

/** Syntax only: what our small evaluator does not support still runs in the sandbox. */
function scriptFaults(task: WorkflowTask, field: string, script: string | undefined): readonly Fault[] {
  if (script === undefined) return [];
  const compiled = compileScript(script);
  if (compiled.ok || compiled.error.kind !== 'syntax') return [];
  const { message } = compiled.error;
  return [
    { field, message: `Expression is not well formatted: ${message}, taskType: ${task.type} taskName ${task.name}` },
  ];
}

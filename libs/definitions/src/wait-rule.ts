import { parseDuration, parseUntil } from '@dacapo/expressions';
import type { WorkflowTask } from './model.js';
import type { Fault } from './task-fault.js';

/** Blank counts as absent, and text that begins with an expression is left for run time. */
export function waitFaults(task: WorkflowTask): readonly Fault[] {
  const duration = inputText(task, 'duration');
  const until = inputText(task, 'until');
  const faults: string[] = [];
  if (duration !== '' && until !== '') {
    faults.push("Both 'duration' and 'until' specified. Please provide only one input");
  }
  if (isLiteral(duration)) {
    // Conductor's words for a duration it cannot read; nothing is null here.
    if (parseDuration(duration) === null) faults.push('Either date or duration is passed as null ');
  } else if (isLiteral(until) && parseUntil(until) === null) {
    faults.push('Unable to parse date ');
  }
  return faults.map((message) => ({ field: 'inputParameters', message }));
}

function isLiteral(text: string): boolean {
  return text !== '' && !text.startsWith('${');
}

function inputText(task: WorkflowTask, key: string): string {
  const value = Object.hasOwn(task.inputParameters, key) ? task.inputParameters[key] : undefined;
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.trim() === '' ? '' : text;
}

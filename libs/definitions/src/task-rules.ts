/** Conductor's rules for single task types, one line each. The messages are Conductor's, oddities included. */
import { decisionFaults, switchFaults } from './decision-rules.js';
import { dynamicForkFaults, forkFaults } from './fork-rules.js';
import type { WorkflowTask } from './model.js';
import { tryFaults } from './try-rule.js';
import { requiredFault, type Fault, type TaskFacts } from './task-fault.js';
import { waitFaults } from './wait-rule.js';

type TaskRule = (task: WorkflowTask, facts: TaskFacts) => readonly Fault[];

const RULES: ReadonlyMap<string, TaskRule> = new Map<string, TaskRule>([
  ['EVENT', (task) => missing(task, 'sink', task.sink)],
  ['DECISION', decisionFaults],
  ['SWITCH', switchFaults],
  ['TRY', tryFaults],
  ['DYNAMIC', (task) => missing(task, 'dynamicTaskNameParam', task.dynamicTaskNameParam)],
  ['FORK_JOIN_DYNAMIC', dynamicForkFaults],
  ['FORK_JOIN', forkFaults],
  ['HTTP', (task, facts) => missingInput(task, facts, ['http_request', 'uri'])],
  ['TERMINATE', terminateFaults],
  ['KAFKA_PUBLISH', (task, facts) => missingInput(task, facts, ['kafka_request'])],
  ['DO_WHILE', doWhileFaults],
  ['FOR_EACH', forEachFaults],
  ['SUB_WORKFLOW', (task) => missing(task, 'subWorkflowParam', task.subWorkflowParam)],
  ['JSON_JQ_TRANSFORM', (task, facts) => missingInput(task, facts, ['queryExpression'])],
  ['WAIT', waitFaults],
]);

export function taskFaults(task: WorkflowTask, facts: TaskFacts): readonly Fault[] {
  return RULES.get(task.type)?.(task, facts) ?? [];
}

function missing(task: WorkflowTask, field: string, value: unknown): readonly Fault[] {
  return value === undefined ? [requiredFault(task, field)] : [];
}

function missingInput(task: WorkflowTask, { inputTemplate }: TaskFacts, keys: readonly string[]): readonly Fault[] {
  if (keys.some((key) => Object.hasOwn(task.inputParameters, key) || Object.hasOwn(inputTemplate, key))) return [];
  return [requiredFault(task, keys.map((key) => `inputParameters.${key}`).join(' or '), 'inputParameters')];
}

function doWhileFaults(task: WorkflowTask): readonly Fault[] {
  const faults = [...missing(task, 'loopCondition', task.loopCondition)];
  if (task.loopOver.length === 0) faults.push(requiredFault(task, 'loopOver'));
  return faults;
}

/** A loop of ours: the list may be missing (an empty one is no fault), and so may be the concurrency. */
function forEachFaults(task: WorkflowTask): readonly Fault[] {
  const faults = task.loopOver.length === 0 ? [requiredFault(task, 'loopOver')] : [];
  const { inputParameters: input } = task;
  if (!Object.hasOwn(input, 'concurrency') || isConcurrency(input['concurrency'])) return faults;
  const message = `inputParameters.concurrency must be a whole number of at least 1 or an expression for taskType: FOR_EACH taskName: ${task.name}`;
  return [...faults, { field: 'inputParameters', message }];
}

function isConcurrency(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${');
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

const TERMINATION_STATUSES: readonly unknown[] = ['COMPLETED', 'FAILED', 'TERMINATED'];

function terminateFaults(task: WorkflowTask): readonly Fault[] {
  const faults: Fault[] = [];
  if (task.optional) {
    faults.push({ field: 'optional', message: `terminate task cannot be optional, taskName: ${task.name}` });
  }
  const { inputParameters: input } = task;
  const status = Object.hasOwn(input, 'terminationStatus') ? input['terminationStatus'] : undefined;
  // Unlike Conductor's, an expression may decide; what it comes to is checked when the task runs.
  const isOpen = typeof status === 'string' && status.includes('${');
  if (!isOpen && !TERMINATION_STATUSES.includes(status)) {
    faults.push({
      field: 'inputParameters',
      message: `terminate task must have an terminationStatus parameter and must be set to COMPLETED or FAILED, taskName: ${task.name}`,
    });
  }
  return faults;
}

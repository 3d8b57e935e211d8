/**
 * Workflows of every kind that has something to lose in a crash: a result, a retry, a timer, a message to another workflow. Short, so that
 * many fit into one run, and told apart by the `key` of their input. A worker's result is a function of its task alone.
 */
import { orderInput, orderTaskDefs, orderTypes, orderWorkers, orderWorkflowDef } from '@dacapo/examples';

import type { PolledTask, TaskResult } from './client.js';

export type End = 'COMPLETED' | 'FAILED' | 'TIMED_OUT';

/** How each workflow ends, whatever happens to the server. */
export const ends: Readonly<Record<string, End>> = {
  order: 'COMPLETED',
  crash_three: 'COMPLETED',
  crash_pause: 'COMPLETED',
  crash_chime: 'COMPLETED',
  crash_fork: 'COMPLETED',
  crash_nested: 'COMPLETED',
  crash_middle: 'COMPLETED',
  crash_leaf: 'COMPLETED',
  crash_wait: 'COMPLETED',
  crash_back_off: 'COMPLETED',
  crash_lease: 'COMPLETED',
  crash_failing: 'FAILED',
  crash_rescue: 'COMPLETED',
  crash_overdue: 'TIMED_OUT',
};

/** Those that a client starts; the others are started by them. */
export const startable = [
  'crash_nested',
  'order',
  'crash_fork',
  'crash_wait',
  'crash_failing',
  'crash_back_off',
  'crash_lease',
  'crash_overdue',
  'crash_three',
  'crash_pause',
  'crash_chime',
] as const;

/** Beside the key. */
export function inputOf(name: string): object {
  return name === 'order' ? orderInput('o-1') : {};
}

interface Kind {
  readonly name: string;
  readonly work: (task: PolledTask) => TaskResult | undefined;
  readonly retryDelaySeconds?: number;
}

const done = (task: PolledTask): TaskResult => ({ status: 'COMPLETED', token: tokenOf(task) });
const failed = (task: PolledTask): TaskResult => ({ status: 'FAILED', token: tokenOf(task) });

const kinds: readonly Kind[] = [
  { name: 'crash_step', work: done },
  { name: 'crash_first', work: done },
  { name: 'crash_second', work: (task) => (isOneOf(task, 7) && task.retryCount === 0 ? failed(task) : done(task)) },
  { name: 'crash_third', work: done },
  { name: 'crash_flaky', work: (task) => (task.retryCount === 0 ? failed(task) : done(task)) },
  { name: 'crash_delayed', work: (task) => (task.retryCount === 0 ? failed(task) : done(task)), retryDelaySeconds: 1 },
  // The first attempt gets no answer: its lease must end by itself.
  { name: 'crash_silent', work: (task) => (task.retryCount === 0 ? undefined : done(task)) },
  { name: 'crash_doomed', work: (task) => ({ status: 'FAILED_WITH_TERMINAL_ERROR', token: tokenOf(task) }) },
];

/** Nobody polls for it. */
const orphan = 'crash_orphan';

/** A lost poll costs one attempt, a crash many polls: there must always be another one. */
const patient = { retryCount: 50, responseTimeoutSeconds: 1, timeoutSeconds: 0 };

export const taskDefs: readonly object[] = [
  ...kinds.map(({ name, retryDelaySeconds = 0 }) => ({
    name,
    retryLogic: 'FIXED',
    retryDelaySeconds,
    ...patient,
  })),
  { name: orphan, retryLogic: 'FIXED', retryDelaySeconds: 0, ...patient },
  ...orderTaskDefs('poll').map((definition) => ({
    ...definition,
    ...patient,
    retryLogic: 'FIXED',
    retryDelaySeconds: 0,
  })),
];

const simple = (type: string, reference = type): object => ({
  name: type,
  taskReferenceName: reference,
  type: 'SIMPLE',
  inputParameters: { key: '${workflow.input.key}' },
});

const wait = { name: 'pause', taskReferenceName: 'pause', type: 'WAIT', inputParameters: { duration: '1 seconds' } };

const child = (name: string, reference: string): object => ({
  name: reference,
  taskReferenceName: reference,
  type: 'SUB_WORKFLOW',
  subWorkflowParam: { name, version: 1 },
  inputParameters: { key: `\${workflow.input.key}/${reference}` },
});

const join = (reference: string, joinOn: readonly string[]): object => ({
  name: reference,
  taskReferenceName: reference,
  type: 'JOIN',
  joinOn,
});

const fork = (reference: string, forkTasks: readonly (readonly object[])[]): object => ({
  name: reference,
  taskReferenceName: reference,
  type: 'FORK_JOIN',
  forkTasks,
});

const workflow = (name: string, tasks: readonly object[], rest: object = {}): object => ({
  name,
  version: 1,
  schemaVersion: 2,
  ownerEmail: 'crash@example.com',
  timeoutSeconds: 0,
  tasks,
  ...rest,
});

export const workflowDefs: readonly object[] = [
  orderWorkflowDef,
  workflow('crash_three', [simple('crash_first'), simple('crash_second'), simple('crash_third')]),
  workflow('crash_pause', [simple('crash_first'), wait, simple('crash_second'), simple('crash_third')]),
  workflow('crash_fork', [
    fork('split', [
      [simple('crash_step', 'left')],
      [simple('crash_flaky', 'middle')],
      [simple('crash_step', 'right'), simple('crash_step', 'rightmost')],
    ]),
    join('joined', ['left', 'middle', 'rightmost']),
    simple('crash_step', 'after'),
  ]),
  workflow('crash_nested', [
    simple('crash_step', 'before'),
    child('crash_middle', 'inner'),
    simple('crash_step', 'after'),
  ]),
  workflow('crash_middle', [
    fork('split', [[child('crash_leaf', 'one')], [child('crash_leaf', 'two')]]),
    join('joined', ['one', 'two']),
  ]),
  workflow('crash_leaf', [simple('crash_step', 'only')]),
  workflow('crash_wait', [wait, simple('crash_step', 'after')]),
  workflow('crash_chime', [wait, child('crash_leaf', 'inner')]),
  workflow('crash_back_off', [simple('crash_delayed')]),
  workflow('crash_lease', [simple('crash_silent')]),
  workflow('crash_failing', [simple('crash_step', 'before'), simple('crash_doomed')], {
    failureWorkflow: 'crash_rescue',
  }),
  workflow('crash_rescue', [simple('crash_step', 'rescue')]),
  workflow('crash_overdue', [simple(orphan)], { timeoutSeconds: 1, timeoutPolicy: 'TIME_OUT_WF' }),
];

const orderKinds: readonly Kind[] = orderTypes.map((name) => ({
  name,
  work: (task) => {
    const result = orderWorkers[name](task);
    const outputData = result.status === 'COMPLETED' ? result.outputData : {};
    return { status: result.status, token: tokenOf(task), outputData };
  },
}));

export const workers: ReadonlyMap<string, Kind['work']> = new Map(
  [...kinds, ...orderKinds].map(({ name, work }) => [name, work]),
);

/** What only the worker of this very attempt can have said. */
export function tokenOf({ taskId, referenceTaskName }: Pick<PolledTask, 'taskId' | 'referenceTaskName'>): string {
  return `${referenceTaskName}/${taskId}`;
}

/** By the workflow's number, so that it is the same in every attempt. */
function isOneOf({ inputData }: PolledTask, count: number): boolean {
  return Number(String(inputData['key']).replaceAll(/\D/g, '')) % count === 0;
}

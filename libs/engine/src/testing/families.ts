/** Parents and children under any operators: what may happen to them, and what must hold when nothing is on its way. */
import fc from 'fast-check';

import type { Flow } from '../flow/flow.js';
import { isEnded, isTaskOpen, type TaskState } from '../state.js';
import { nextDue } from '../timers.js';
import { Cluster } from './cluster.js';
import { aWorkflow, type Fields, fork, join, simple, subWorkflow } from './definitions.js';
import type { Run } from './run.js';

const flaws = fc.constantFrom<Fields>({}, {}, { retryCount: 1 }, { permissive: true }, { optional: true });

/** Three generations; in the upper two a child works beside another one, or beside a worker. */
export const families: fc.Arbitrary<ReadonlyMap<string, Flow>> = fc
  .tuple(flaws, flaws, flaws)
  .map(([first, second, third]) => {
    const top = aWorkflow('top').withTask(
      fork('f', [subWorkflow('s1', { name: 'middle' }, first)], [subWorkflow('s2', { name: 'leaf' }, second)]),
      join('j', ['s1', 's2']),
      simple('z'),
    );
    const middle = aWorkflow('middle').withTask(
      fork('f', [subWorkflow('s', { name: 'leaf' }, third)], [simple('a')]),
      join('j', ['s', 'a']),
    );
    const leaf = aWorkflow('leaf').withTask(simple('w'), simple('v'));
    return new Map([
      ['top', top.flow()],
      ['middle', middle.flow()],
      ['leaf', leaf.flow()],
    ]);
  });

const acts = [
  'deliver',
  'repeat',
  'complete',
  'fail',
  'end child',
  'terminate',
  'retry',
  'retry children',
  'restart',
  'rerun',
  'rerun from',
  'pause',
  'resume',
  'timer',
] as const;

export interface Act {
  readonly what: (typeof acts)[number];
  readonly pick: number;
}

const weights: Partial<Record<Act['what'], number>> = { deliver: 12, complete: 4, fail: 4, 'retry children': 3 };
export const familyStories: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    what: fc.oneof(...acts.map((what) => ({ weight: weights[what] ?? 1, arbitrary: fc.constant(what) }))),
    pick: fc.nat(10_000),
  }),
  { minLength: 10, maxLength: 60 },
);

function act(cluster: Cluster, { what, pick }: Act): void {
  if (what === 'deliver') return cluster.deliver(pick);
  if (what === 'repeat') return cluster.repeat(pick);
  const { living } = cluster;
  const run = living[pick % living.length];
  if (run === undefined) return;
  const { workflowId } = run;
  switch (what) {
    case 'complete':
    case 'fail': {
      const taskId = openOf(run, ({ queue }) => queue !== undefined, pick);
      if (taskId !== undefined) cluster.tell(workflowId, what === 'complete' ? 'CompleteTask' : 'FailTask', { taskId });
      return;
    }
    case 'end child': {
      const taskId = openOf(run, ({ subWorkflowId }) => subWorkflowId !== undefined, pick);
      if (taskId !== undefined) cluster.tell(workflowId, pick % 2 === 0 ? 'CompleteTask' : 'FailTask', { taskId });
      return;
    }
    case 'terminate':
      cluster.tell(workflowId, 'TerminateWorkflow', { reason: 'enough' });
      return;
    case 'retry':
      cluster.tell(workflowId, 'RetryWorkflow', {});
      return;
    case 'retry children':
      cluster.tell(workflowId, 'RetryWorkflow', { resumeSubworkflowTasks: true });
      return;
    case 'restart':
      cluster.tell(workflowId, 'RestartWorkflow', {});
      return;
    case 'rerun':
      cluster.tell(workflowId, 'RerunWorkflow', {});
      return;
    case 'rerun from': {
      const ids = Object.keys(run.live.references);
      cluster.tell(workflowId, 'RerunWorkflow', { fromTaskId: ids[pick % Math.max(ids.length, 1)] ?? 'none' });
      return;
    }
    case 'timer':
      return ring(cluster, run);
    case 'pause':
      cluster.tell(workflowId, 'PauseWorkflow', {});
      return;
    case 'resume':
      cluster.tell(workflowId, 'ResumeWorkflow', {});
      return;
    default:
      what satisfies never;
  }
}

function openOf(run: Run, isMeant: (task: TaskState) => boolean, pick: number): string | undefined {
  const open = Object.values(run.live.tasks).filter((task) => isTaskOpen(task.status) && isMeant(task));
  return open[pick % Math.max(open.length, 1)]?.taskId;
}

/** I13, when nothing is on its way: who waits waits for somebody, and who has ended has left nobody behind. */
function disagreements(cluster: Cluster): readonly string[] {
  return cluster.living.flatMap((run) =>
    cluster.childrenOf(run).flatMap(({ task, child }) => {
      const text = `${run.live.name} ${run.live.status}, ${task.referenceTaskName} ${task.status}, ${child.live.name} ${child.live.status}`;
      if (isTaskOpen(task.status)) return cluster.isOpen(child) ? [] : [text];
      // An operator opened the child of a task that nobody waits for any more (contract 5.13).
      const isLeft = !isEnded(run.live.status) || isOptional(run, task);
      return !cluster.isOpen(child) || isLeft ? [] : [text];
    }),
  );
}

function isOptional(run: Run, { referenceTaskName }: TaskState): boolean {
  const flow = run.flowOfState;
  return flow.nodes.get(referenceTaskName)?.task.optional === true;
}

/** The back-off of a child's next attempt is over. */
function ring(cluster: Cluster, run: Run): void {
  const due = nextDue(run.live);
  if (due === undefined) return;
  run.now = Math.max(run.now, due);
  cluster.tell(run.workflowId, 'FireTimer', { due });
}

/** Workers do all that is open, until all workflows have ended. */
function drain(cluster: Cluster, pick: number): void {
  for (let round = 0; round < 400; round++) {
    cluster.settle(pick + round);
    const open = cluster.living.filter((run) => cluster.isOpen(run));
    if (open.length === 0) return;
    for (const run of open) {
      if (run.live.status === 'PAUSED') cluster.tell(run.workflowId, 'ResumeWorkflow', {});
      const taskId = openOf(run, ({ queue }) => queue !== undefined, pick);
      if (taskId !== undefined) cluster.tell(run.workflowId, 'CompleteTask', { taskId });
      ring(cluster, run);
    }
  }
}

export type FamilyStory = [ReadonlyMap<string, Flow>, readonly Act[], number];

/** Tells a story to a family, lets all messages arrive, and brings all of it to its end. */
export function tellFamily(...[flows, story, pick]: FamilyStory): Cluster {
  const cluster = new Cluster(flows);
  cluster.start('top');
  for (const each of story) act(cluster, each);
  cluster.settle(pick);
  checkAgreement(cluster);
  drain(cluster, pick);
  checkAgreement(cluster);
  const open = cluster.living.filter((run) => cluster.isOpen(run)).map(({ live }) => live.name);
  if (open.length > 0) throw new Error(`I19 ${open.join()} never ends`);
  return cluster;
}

function checkAgreement(cluster: Cluster): void {
  const found = disagreements(cluster);
  if (found.length > 0) throw new Error(`I13 parents and children disagree: ${found.join('; ')}`);
}

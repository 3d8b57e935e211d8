import { performance } from 'node:perf_hooks';

import { Run } from './testing/run.js';
import { aWorkflow, fork, join, setVariable, simple, task, type WorkflowBuilder } from './testing/definitions.js';
import { start } from './testing/steps.js';

const unwatched = { audited: false };
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

function fanOut(count: number): WorkflowBuilder {
  return aWorkflow()
    .withTask(
      fork('f', ...range(count).map((i) => [simple(`a${i}`, { name: 'work', startDelay: 1 })])),
      join(
        'j',
        range(count).map((i) => `a${i}`),
      ),
    )
    .withTaskDef('work', { responseTimeoutSeconds: 60, retryDelaySeconds: 1 });
}

function workFanOut(run: Run, count: number): void {
  start()(run);
  run.elapse(1000);
  run.send('FireTimer', { due: run.now });
  for (const i of range(count)) run.send('ClaimTask', { taskId: run.idOf(`a${i}`), workerId: 'w' });
  for (const i of range(count)) run.send('CompleteTask', { taskId: run.idOf(`a${i}`), output: { i } });
}

/** All branches are cancelled and tried again, the first half ends, and the last of that half is executed again. */
function operateFanOut(run: Run, count: number): void {
  start()(run);
  run.send('TerminateWorkflow', {});
  run.send('RetryWorkflow', {});
  for (const i of range(count / 2)) run.send('CompleteTask', { taskId: run.idOf(`a${i}`) });
  run.send('TerminateWorkflow', {});
  run.send('RerunWorkflow', { fromTaskId: run.idOf(`a${count / 2 - 1}`) });
}

function inARow(count: number): WorkflowBuilder {
  return aWorkflow().withTask(...range(count).map((i) => setVariable(`s${i}`, { last: i })));
}

function timeOf(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

describe('size', () => {
  it('5,000 branches are made, offered, claimed and joined', () => {
    const run = new Run(fanOut(5000).flow(), unwatched);
    workFanOut(run, 5000);
    expect(run.live).toMatchObject({ status: 'COMPLETED', taskCount: 5002, openCount: 0 });
    expect(Object.keys(run.task('j').output)).toHaveLength(5000);
  });

  it('10,000 operators in a row are many short decisions, and no recursion', () => {
    const run = new Run(inARow(10_000).flow(), unwatched);
    start()(run);
    expect(run.live).toMatchObject({ status: 'COMPLETED', variables: { last: 9999 } });
    const work = run.records.filter(({ event }) => !event.type.startsWith('Steps'));
    expect(work).toHaveLength(30_002);
    expect(run.commands.length).toBeGreaterThan(100);
  });

  it.each([
    ['a row', inARow, (run: Run) => start()(run)],
    ['a fan-out', fanOut, (run: Run, count: number) => workFanOut(run, count)],
    ['a retry and a rerun', fanOut, (run: Run, count: number) => operateFanOut(run, count)],
  ])(
    'the work of %s grows with its length, not with its square',
    (_what, workflow, work) => {
      const [small, large] = [workflow(1000).flow(), workflow(10_000).flow()];
      const ratio = (): number => {
        const thousands = timeOf(() => range(10).forEach(() => work(new Run(small, unwatched), 1000)));
        return timeOf(() => work(new Run(large, unwatched), 10_000)) / (thousands / 10);
      };
      ratio();
      // Whatever else runs on the machine disturbs: one quiet moment of six is enough. Quadratic work would be at 100 in all of them.
      let best = ratio();
      for (let attempt = 0; attempt < 5 && best > 12; attempt++) best = Math.min(best, ratio());
      expect(best).toBeLessThanOrEqual(12);
    },
    60_000,
  );

  it('deep nesting does not overflow', () => {
    let inner: readonly Readonly<Record<string, unknown>>[] = [simple('deep')];
    for (let depth = 0; depth < 80; depth++) {
      inner = [
        task('SWITCH', `s${depth}`, {
          evaluatorType: 'value-param',
          expression: 'v',
          inputParameters: { v: 'x' },
          decisionCases: { x: inner },
        }),
      ];
    }
    const run = new Run(
      aWorkflow()
        .withTask(...inner, simple('z'))
        .flow(),
      unwatched,
    );
    start()(run);
    run.send('CompleteTask', { taskId: run.idOf('deep') });
    expect(Object.keys(run.live.open)).toEqual(['z']);
  });
});

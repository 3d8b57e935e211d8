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

function inARow(count: number): WorkflowBuilder {
  return aWorkflow().withTask(...range(count).map((i) => setVariable(`s${i}`, { last: i })));
}

/** The better of three: other work on the machine only makes it slower. */
function timeOf(work: () => void): number {
  return Math.min(
    ...range(3).map(() => {
      const begin = performance.now();
      work();
      return performance.now() - begin;
    }),
  );
}

describe('size', () => {
  it('5,000 branches are made, offered, claimed and joined', () => {
    const run = new Run(fanOut(5000).flow(), unwatched);
    workFanOut(run, 5000);
    expect(run.live).toMatchObject({ status: 'COMPLETED', taskCount: 5002, openCount: 0 });
    expect(Object.keys(run.task('j').output)).toHaveLength(5000);
  });

  it('10,000 operators in a row are one decision, and no recursion', () => {
    const run = new Run(inARow(10_000).flow(), unwatched);
    start()(run);
    expect(run.live).toMatchObject({ status: 'COMPLETED', variables: { last: 9999 } });
    expect(run.records).toHaveLength(30_002);
  });

  it.each([
    ['a row', inARow, (run: Run) => start()(run)],
    ['a fan-out', fanOut, (run: Run, count: number) => workFanOut(run, count)],
  ])(
    'the work of %s grows with its length, not with its square',
    (_what, workflow, work) => {
      const [small, large] = [workflow(1000).flow(), workflow(10_000).flow()];
      const time = (flow: typeof small, count: number) => timeOf(() => work(new Run(flow, unwatched), count));
      time(small, 1000);
      const thousand = time(small, 1000);
      // 12 times, and a little for a machine that is busy with something else.
      expect(time(large, 10_000)).toBeLessThanOrEqual(12 * thousand + 50);
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

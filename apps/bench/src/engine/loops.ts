/** How others fare while one workflow is huge. */
import { Caller, print, quantile, rounded, task, untilEnded } from './kit.js';
import { Probe } from './probe.js';

/** A p99 of fewer would be the worst of them. */
const probesLeast = 1000;

async function median(times: number, run: () => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let round = 0; round < times; round++) found.push(await run());
  return quantile(found, 0.5);
}

export async function measureLoops(base: URL): Promise<Readonly<Record<string, number>>> {
  const caller = await Caller.open(base);
  const loop = (times: number): Promise<void> =>
    caller.define(`bench_loop_${times}`, [
      task('DO_WHILE', 'l', {
        loopCondition: `$.l['iteration'] < ${times}`,
        loopOver: [task('SET_VARIABLE', 'v', { inputParameters: { n: '${l.output.iteration}' } })],
      }),
    ]);
  await caller.define(
    'bench_fan',
    [
      task('FORK_JOIN_DYNAMIC', 'f', {
        inputParameters: { forkTaskName: 'bench_fanned', forkTaskInputs: '${workflow.input.list}' },
      }),
      task('JOIN', 'j', { joinOn: [] }),
    ],
    ['bench_fanned'],
  );
  const runLoop = async (times: number): Promise<number> => {
    await loop(times);
    const begin = performance.now();
    await untilEnded(caller, await caller.start(`bench_loop_${times}`));
    return performance.now() - begin;
  };
  const runFan = async (width: number): Promise<number> => {
    const workers = await Promise.all(Array.from({ length: 8 }, () => Caller.open(base)));
    const begin = performance.now();
    const id = await caller.start('bench_fan', { list: Array.from({ length: width }, (_, n) => ({ n })) });
    let done = 0;
    const working = workers.map(async (each) => {
      while (done < width) {
        const tasks = await each.poll('bench_fanned', 20);
        done += tasks.length;
        for (const one of tasks) await each.complete(one);
      }
    });
    await untilEnded(caller, id);
    const took = performance.now() - begin;
    // The last polls find nothing and return late.
    await Promise.all(working);
    for (const each of workers) each.close();
    return took;
  };
  const figures: Record<string, number> = {};
  for (const [name, run, small, large] of [
    ['DO_WHILE', runLoop, 1000, 10_000],
    ['dynamic fork', runFan, 500, 5000],
  ] as const) {
    await run(small);
    const smallMs = await median(3, () => run(small));
    const largeMs = await median(3, () => run(large));
    const probe = await Probe.begin(base);
    while (probe.count < probesLeast) await run(large);
    const { p50Ms, p99Ms } = await probe.end();
    const ratio = rounded(largeMs / smallMs, 1);
    print(
      `${name.padEnd(13)} ${small}: ${rounded(smallMs, 0)} ms   ${large}: ${rounded(largeMs, 0)} ms (x ${ratio})   others meanwhile: p50 ${p50Ms} ms, p99 ${p99Ms} ms`,
    );
    Object.assign(figures, {
      [`${name} ratio`]: ratio,
      [`${name} ms`]: rounded(largeMs, 0),
      [`${name} p50 of others`]: p50Ms,
      [`${name} p99 of others`]: p99Ms,
    });
  }
  caller.close();
  return figures;
}

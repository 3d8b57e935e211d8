/** How others fare while one workflow is huge, or while scripts keep the sandbox busy: a probe runs small workflows all the time. */
import { register, runLoad } from '../load.js';
import { Caller, print, quantile, rounded, task, untilEnded, worker } from './kit.js';

const probePauseMs = 5;

/** Latencies of small workflows, one after the other, until `work` is done. */
async function probed<T>(base: URL, work: () => Promise<T>): Promise<{ readonly result: T; readonly p99Ms: number }> {
  const caller = await Caller.open(base);
  await caller.define('bench_probe', [task('SET_VARIABLE', 'v', { inputParameters: { n: 1 } })]);
  const latencies: number[] = [];
  let isDone = false;
  const probe = async (): Promise<void> => {
    while (!isDone) {
      const begin = performance.now();
      await caller.start('bench_probe');
      latencies.push(performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, probePauseMs));
    }
  };
  const probing = probe();
  const result = await work();
  isDone = true;
  await probing;
  caller.close();
  return { result, p99Ms: rounded(quantile(latencies, 0.99)) };
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
    const smallMs = await run(small);
    const { result: largeMs, p99Ms } = await probed(base, () => run(large));
    const ratio = rounded(largeMs / smallMs, 1);
    print(
      `${name.padEnd(13)} ${small}: ${rounded(smallMs, 0)} ms   ${large}: ${rounded(largeMs, 0)} ms (x ${ratio})   p99 of others meanwhile ${p99Ms} ms`,
    );
    Object.assign(figures, {
      [`${name} ratio`]: ratio,
      [`${name} ms`]: rounded(largeMs, 0),
      [`${name} p99 of others`]: p99Ms,
    });
  }
  caller.close();
  return figures;
}

/** Scripts for the sandbox, 1,000 a second, beside full load. */
export async function measureScripts(base: URL, seconds: number): Promise<Readonly<Record<string, number>>> {
  const caller = await Caller.open(base);
  const expression = '$.items.filter((x) => x.n > 1).map((x) => x.n * 2)';
  await caller.define(
    'bench_script',
    [
      task('INLINE', 'i', {
        inputParameters: {
          evaluatorType: 'javascript',
          expression,
          items: Array.from({ length: 20 }, (_, n) => ({ n })),
        },
      }),
      worker('behind', 'bench_scripted'),
    ],
    ['bench_scripted'],
  );
  const alone: number[] = [];
  const poller = await Caller.open(base);
  for (let round = 0; round < 200; round++) {
    const polled = poller.poll('bench_scripted');
    const begin = performance.now();
    await caller.start('bench_script');
    const [found] = await polled;
    alone.push(performance.now() - begin);
    if (found !== undefined) await poller.complete(found);
  }
  poller.close();
  await caller.define('bench_script_only', [
    task('INLINE', 'i', {
      inputParameters: {
        evaluatorType: 'javascript',
        expression,
        items: Array.from({ length: 20 }, (_, n) => ({ n })),
      },
    }),
  ]);
  await register(base, 3);
  const load = () => runLoad({ base, concurrency: 50, seconds, steps: 3 });
  await load();
  const quiet = await load();
  let scripts = 0;
  let isDone = false;
  const senders = await Promise.all(Array.from({ length: 10 }, () => Caller.open(base)));
  const begin = performance.now();
  const sending = Promise.all(
    senders.map(async (each) => {
      while (!isDone) {
        // A thousand a second in all.
        if (scripts >= performance.now() - begin) await new Promise((resolve) => setTimeout(resolve, 1));
        else {
          scripts += 1;
          await each.start('bench_script_only');
        }
      }
    }),
  );
  const busy = await load();
  const took = (performance.now() - begin) / 1000;
  isDone = true;
  await sending;
  for (const each of senders) each.close();
  caller.close();
  const p99 = ({ latencies }: typeof quiet): number => rounded(quantile([...latencies], 0.99));
  const figures = {
    scriptP50Ms: rounded(quantile(alone.slice(50), 0.5)),
    scriptsPerSecond: rounded(scripts / took, 0),
    p99MsWithout: p99(quiet),
    p99MsBeside: p99(busy),
    workflowsPerSecondWithout: rounded(quiet.workflows / quiet.seconds, 0),
    workflowsPerSecondBeside: rounded(busy.workflows / busy.seconds, 0),
  };
  print(`sandbox: ${JSON.stringify(figures)}`);
  return figures;
}

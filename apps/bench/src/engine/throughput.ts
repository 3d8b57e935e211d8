/** Workflows a second: three SET_VARIABLE, which the start itself runs through, and a fork of ten worker tasks. */
import { Caller, print, rounded, type Task, task, worker } from './kit.js';

const forkWidth = 10;

export async function measureThroughput(base: URL, seconds: number): Promise<Readonly<Record<string, number>>> {
  const caller = await Caller.open(base);
  const set = (reference: string): Task => task('SET_VARIABLE', reference, { inputParameters: { n: 1 } });
  await caller.define('bench_variables', [set('a'), set('b'), set('c')]);
  const references = Array.from({ length: forkWidth }, (_, i) => `w${i}`);
  await caller.define(
    'bench_fork',
    [
      task('FORK_JOIN', 'fork', { forkTasks: references.map((reference) => [worker(reference, 'bench_branch')]) }),
      task('JOIN', 'join', { joinOn: references }),
    ],
    ['bench_branch'],
  );
  caller.close();
  const variables = await perSecond(base, 50, seconds, async (each) => {
    await each.start('bench_variables');
  });
  print(`SET_VARIABLE x 3, 50 callers       ${variables} workflows/s`);
  const fork = await perSecond(base, 50, seconds, async (each) => {
    await each.start('bench_fork');
    let done = 0;
    while (done < forkWidth) {
      const tasks = await each.poll('bench_branch', forkWidth);
      for (const one of tasks) await each.complete(one);
      if (tasks.length === 0) break;
      done += tasks.length;
    }
  });
  print(`fork of ${forkWidth} worker tasks, 50 callers ${fork} workflows/s`);
  return { variablesPerSecond: variables, forksPerSecond: fork };
}

async function perSecond(
  base: URL,
  concurrency: number,
  seconds: number,
  work: (caller: Caller) => Promise<void>,
): Promise<number> {
  const callers = await Promise.all(Array.from({ length: concurrency }, () => Caller.open(base)));
  const run = async (duration: number): Promise<number> => {
    const begin = performance.now();
    let count = 0;
    await Promise.all(
      callers.map(async (caller) => {
        while (performance.now() - begin < duration * 1000) {
          await work(caller);
          count += 1;
        }
      }),
    );
    return count / ((performance.now() - begin) / 1000);
  };
  await run(2);
  const rate = await run(seconds);
  for (const caller of callers) caller.close();
  return rounded(rate, 0);
}
